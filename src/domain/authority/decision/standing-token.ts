import type { IssuedToken } from '../../ports/issued-tokens.ts';
import type { DecisionFacts } from './facts.ts';

/** A live token for a resource, and the facts that show that it is live. */
export type StandingToken = { readonly token: IssuedToken; readonly facts: DecisionFacts };

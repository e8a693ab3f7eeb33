import { breakable } from '../../../views/agent-text.ts';
import type { HtmlValue, Phrase } from '../../../views/html.ts';
import { rightsList } from '../../../views/partials/console-list.ts';
import { durationPhrase } from '../../../views/time-text.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import { ceilingWords as words } from '../../../views/words/console-effect.ts';
import type { Ceilings } from '../../domain/clients/blueprints/ceilings.ts';
import type { ScopesByResource } from '../../domain/vocabulary/scope-sets.ts';
import { signInMethodWords } from './grant-type-names.ts';

type Shown = (value: unknown) => HtmlValue;
type Axis = keyof Ceilings;

const atMostSeconds: Shown = (value) => words.atMost(durationPhrase(Number(value)));
const texts = (value: unknown): readonly string[] => [value].flat().map(String);
const listed = (known: readonly HtmlValue[]): HtmlValue =>
  known.length === 0 ? words.none : known.map((one, index) => [index > 0 && ', ', one]);
const named =
  (names: Readonly<Record<string, Phrase>>): Shown =>
  (value) =>
    listed(texts(value).map((name) => (Object.hasOwn(names, name) ? names[name] : name)));
const rights: Shown = (value) =>
  Object.keys(value as ScopesByResource).length === 0 ? words.none : rightsList(value as ScopesByResource);

const SHOWN: Readonly<Record<Axis, Shown>> = {
  environments: named(agentWords.environments),
  authority: rights,
  approvals: rights,
  grantTypes: (value) => signInMethodWords(texts(value)),
  authenticationMethods: named(agentFactWords.kinds),
  senderConstraint: () => words.toKey,
  maxAccessTokenSeconds: atMostSeconds,
  maxGrantSeconds: atMostSeconds,
  maxDelegationSeconds: atMostSeconds,
  maxDelegationDepth: (value) => words.hops(Number(value)),
  detailTypes: (value) => listed(texts(value).map(breakable)),
  compositions: (value) => words.named(texts(value).length),
  compositionDrift: named(words.driftActions),
  maxInstances: (value) => words.atMost(String(value)),
  maxAgents: (value) => words.atMost(String(value)),
};

const AXES = Object.keys(SHOWN) as readonly Axis[];

/** Ceilings of one agent. Other parts of the page show those on scopes, grant types and keys. */
export const AGENT_AXES: readonly Axis[] = AXES.filter(
  (axis) => !['authority', 'approvals', 'grantTypes', 'senderConstraint', 'maxAgents'].includes(axis),
);

export type CeilingFact = { readonly axis: Axis; readonly name: Phrase; readonly value: HtmlValue };

/** The value of one axis; "no limit" if it is absent. */
export const ceilingValue = (axis: Axis, value: unknown): HtmlValue =>
  value === undefined ? words.noLimit : SHOWN[axis](value);

/** Ceilings as text, in the order of the page. */
export const ceilingFacts = (ceilings: Ceilings | undefined, axes: readonly Axis[] = AXES): readonly CeilingFact[] =>
  axes.flatMap((axis) => {
    const value: unknown = ceilings?.[axis];
    return value === undefined ? [] : [{ axis, name: words.names[axis], value: SHOWN[axis](value) }];
  });

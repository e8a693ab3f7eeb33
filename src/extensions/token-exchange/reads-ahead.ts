/** Reads of an exchange that wait for nothing but the client: the subject token, and the delegation at the target. They begin while it authenticates. */
import type { IssuedToken } from '../../domain/ports/issued-tokens.ts';
import type { AheadRequest, TokenRequest } from '../extension.ts';
import type { TokenExchangeDependencies } from './dependencies.ts';
import { isAccessTokenType } from './parameters.ts';

type Reads = Pick<TokenExchangeDependencies, 'tokens' | 'delegations'>;

const nameOfToken = (token: string): string => `token ${token}`;
const nameOfDelegation = (...slot: readonly (string | undefined)[]): string => `delegation ${slot.join(' ')}`;

/** The dependencies of one exchange, in which both reads are taken where they have begun. */
export const withReadsAhead = <D extends Reads>(dependencies: D, { read }: Pick<TokenRequest, 'read'>): D => {
  const { tokens, delegations } = dependencies;
  return {
    ...dependencies,
    tokens: { ...tokens, find: (token) => read(nameOfToken(token), () => tokens.find(token)) },
    delegations: {
      ...delegations,
      consented: (...slot) => read(nameOfDelegation(...slot), () => delegations.consented(...slot)),
    },
  };
};

/** Begins them. A guess that was wrong costs a read. */
export const beginReads = ({ tokens, delegations }: Reads, { clientId, values, begin }: AheadRequest): void => {
  const [[subject], [type], [resource]] = [values('subject_token'), values('subject_token_type'), values('resource')];
  if (subject === undefined || !isAccessTokenType(type)) return;
  const beginDelegation = (token: IssuedToken): void => {
    if (resource === undefined || token.subject === undefined || token.delegation !== undefined) return;
    const via = viaOf(token, clientId);
    const slot = [token.subject, clientId, resource, ...(via === undefined ? [] : [via])] as const;
    begin(nameOfDelegation(...slot), () => delegations.consented(...slot));
  };
  begin(nameOfToken(subject), () => tokens.find(subject, beginDelegation));
};

/** The client whose token it is, as far as the token alone says that: `findSource` decides. */
const viaOf = ({ clientId, grant, chain, mayAct }: IssuedToken, caller: string): string | undefined =>
  clientId === caller || grant === undefined || chain !== undefined || mayAct !== undefined ? undefined : clientId;

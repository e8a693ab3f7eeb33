/** Input of the registry of upstream providers. */
import type { ClaimNames, UpstreamProvider } from './upstream-provider.ts';

export type Chosen = Pick<
  UpstreamProvider,
  | 'name'
  | 'clientId'
  | 'authentication'
  | 'scopes'
  | 'domains'
  | 'button'
  | 'groups'
  | 'create'
  | 'multiFactor'
  | 'signOut'
> & {
  readonly claims: Partial<ClaimNames>;
  /** As the provider issued it; stored sealed. */
  readonly clientSecret: string;
};

export type NewUpstream = Pick<UpstreamProvider, 'name' | 'issuer' | 'clientId'> &
  Partial<Omit<Chosen, 'name' | 'clientId'>>;

/** Members that are left out stay; so does each single claim. `groups` and the lists are replaced whole. */
export type UpstreamChange = Partial<Chosen>;

/**
 * The credentials of an agent: several at once, each of which can be suspended alone. Owns their shape and which of
 * them are usable now. Does not change them (credential-registry.ts). Does not verify a proof (src/provider,
 * src/domain/clients/workload-identity). Last uses are stored beside the registry (credential-last-used.ts).
 */

import type { CertificateRule } from '../../platform/certificates/certificate-rule.ts';
import type { ClaimRules, TextRule } from '../../platform/remote-keys/claim-rules.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import type { AuthenticationMethod } from '../blueprints/ceilings.ts';

export const CREDENTIAL_STATES = ['active', 'suspended', 'expired'] as const;

export type CredentialState = (typeof CREDENTIAL_STATES)[number];

type Common = {
  /** `crd_…`; never given to another credential. */
  readonly id: string;
  /** Its display name. */
  readonly name?: string;
  readonly state: CredentialState;
  readonly createdAt: number;
  /** Epoch second from which it proves nothing. */
  readonly expiresAt?: number;
  /** When the owner of the agent was notified that it ends soon. */
  readonly toldAt?: number;
};

/** The authentication method of a credential and what it needs. A new method is a new member here. */
export type CredentialMaterial =
  /** Its public keys (`private_key_jwt`). */
  | { readonly kind: 'jwks'; readonly jwks: JsonWebKeySet }
  /** URL of its public keys (RFC 7591 §2). */
  | { readonly kind: 'jwks_uri'; readonly jwksUri: string }
  /**
   * Tokens of the platform that the agent runs on (RFC 7523): from one trusted issuer (`tis_…`), about one
   * subject.
   */
  | {
      readonly kind: 'federated';
      readonly issuer: string;
      readonly subject: TextRule;
      readonly claims?: ClaimRules;
    }
  /** Certificates for TLS (RFC 8705): accepted by a name in them, or each on its own. */
  | ({ readonly kind: 'mtls' } & CertificateRule)
  /** Attestations of its instances' keys by one attester, whose keys are stored here or at a URL (never both). */
  | {
      readonly kind: 'attested';
      /** The name of the attester; `iss` of attestations that have one. */
      readonly attester: string;
      readonly jwks?: JsonWebKeySet;
      readonly jwksUri?: string;
    }
  /** A temporary client secret (`client_secret_basic`, `client_secret_post`); see secret-exceptions.ts. */
  | {
      readonly kind: 'secret';
      /** Keyed digest of it. */
      readonly secretHash: string;
      readonly reason: string;
    };

export type CredentialKind = CredentialMaterial['kind'] & AuthenticationMethod;

export type Credential = Common & CredentialMaterial;

export type CredentialOf<Kind extends CredentialKind> = Extract<Credential, { readonly kind: Kind }>;

/** The members of an agent that hold its credentials. */
type Holder = {
  readonly id: string;
  readonly jwks?: JsonWebKeySet;
  readonly jwksUri?: string;
  readonly credentials?: readonly Credential[];
  readonly createdAt: number;
};

/** Id of the credential for the registered keys: one for each agent. */
export const registeredCredentialId = (agent: string): string => `crd_${agent.slice(4)}`;

/** All credentials of an agent, in any state: the keys it was registered with first. */
export const credentialsOf = ({ id, jwks, jwksUri, credentials = [], createdAt }: Holder): readonly Credential[] => {
  const common = { id: registeredCredentialId(id), state: 'active', createdAt } as const;
  if (jwks !== undefined) return [{ ...common, kind: 'jwks', jwks }, ...credentials];
  if (jwksUri !== undefined) return [{ ...common, kind: 'jwks_uri', jwksUri }, ...credentials];
  return credentials;
};

export const isUsable = ({ state, expiresAt }: Credential, now: number): boolean =>
  state === 'active' && (expiresAt === undefined || now < expiresAt);

/** Whether its keys can be replaced by others: it is usable, and holds them itself. */
export const holdsUsableKeys = (credential: Credential, now: number): credential is CredentialOf<'jwks'> =>
  credential.kind === 'jwks' && isUsable(credential, now);

/** The credentials an agent can authenticate with now. For an effective agent: only those its blueprint allows. */
export const usableCredentials = (agent: Holder, now: number): readonly Credential[] =>
  credentialsOf(agent).filter((credential) => isUsable(credential, now));

export const ofKind = <Kind extends CredentialKind>(
  credentials: readonly Credential[],
  kind: Kind,
): readonly CredentialOf<Kind>[] => credentials.filter((one): one is CredentialOf<Kind> => one.kind === kind);

/**
 * The agent with only the credentials of these authentication methods. Returns the same object when that is all
 * of them.
 */
export const withCredentialsOf = <T extends Holder>(agent: T, ways: readonly AuthenticationMethod[] | undefined): T => {
  if (ways === undefined || credentialsOf(agent).every(({ kind }) => ways.includes(kind))) return agent;
  const { jwks, jwksUri, credentials, ...rest } = agent;
  return {
    ...rest,
    ...(jwks !== undefined && ways.includes('jwks') ? { jwks } : {}),
    ...(jwksUri !== undefined && ways.includes('jwks_uri') ? { jwksUri } : {}),
    ...(credentials ? { credentials: credentials.filter(({ kind }) => ways.includes(kind)) } : {}),
  } as unknown as T;
};

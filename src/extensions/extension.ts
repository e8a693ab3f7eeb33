/**
 * An OAuth extension of the server. `src/compose/extensions.ts` lists the extensions; no other code knows them.
 *
 * A grant receives a `TokenRequest` with an authenticated client. `mint` runs the steps that all grants share: resource,
 * sender constraint, audit, format, storage. A grant can therefore skip none of them.
 */

import type { AuditEvent } from '../domain/audit/audit-event.ts';
import type { Decision } from '../domain/authority/decision/decision.ts';
import type { ExtensionGrantType } from '../domain/clients/clients/grant-types.ts';
import type { Instance } from '../domain/clients/instances/instance.ts';
import type { DelegatingParticipant, TokenApproval } from '../domain/ports/issued-tokens.ts';
import type { ResourceServer } from '../domain/resources/resource-servers/resource-server.ts';
import type { ActorChain, ForeignActor } from '../domain/vocabulary/actor-chain.ts';
import type { Assurance } from '../domain/vocabulary/assurance.ts';
import type { Detail } from '../domain/vocabulary/detail-type.ts';

export type Extension = {
  /** kebab-case, as the folder. */
  readonly name: string;
  readonly grants?: readonly Grant[];
  /** Members added to both discovery documents. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};

export type Grant = {
  /** src/domain/clients/clients/grant-types.ts declares it, with its specification and the clients that may register it. */
  readonly grantType: ExtensionGrantType;
  /** The only form parameters `handle` can see. */
  readonly parameters: readonly string[];
  /** Parameters that may occur more than once. */
  readonly repeatable: readonly string[];
  /** Throws DomainError to refuse. Every attempt, granted or refused, becomes one audit event before the response leaves. */
  handle(request: TokenRequest): Promise<TokenResponse>;
  /**
   * Begins reads that `handle` takes by `request.read`, so that it waits for fewer of them. Not called for each request. Absent: there
   * are none.
   */
  readAhead?(request: AheadRequest): void;
};

/** A request whose client has proved its key, but may have used the same proof before. */
export type AheadRequest = Pick<TokenRequest, 'clientId' | 'values'> & {
  /** Begins a read. An answer is never older than the arrival of the request. */
  begin(name: string, read: () => Promise<unknown>): void;
};

export type TokenRequest = {
  readonly id: string;
  /** The authenticated caller: `client_id`. */
  readonly clientId: string;
  readonly isAgent: boolean;
  /** Values of a parameter, in order; empty when absent. An empty string is treated as absent (RFC 6749 §3.1). */
  values(parameter: string): readonly string[];
  /**
   * Thumbprint of the key of the DPoP proof in this request. htm, htu and age are already validated; `mint` checks for
   * replay.
   */
  readonly dpopThumbprint: string | undefined;
  /**
   * `x5t#S256` of the certificate in this request, to which `mint` binds the token. Undefined for a client whose tokens are not
   * bound to one.
   */
  readonly certificateThumbprint?: string | undefined;
  /** Address of the sender, if known. For policies and the audit log. */
  readonly source?: string | undefined;
  /**
   * Adds facts to the one audit event of this attempt. Later calls override earlier ones. All of them override what the
   * request itself shows.
   */
  note(facts: Partial<AuditEvent>): void;
  /** The answer of the read that `readAhead` has begun under this name, once; otherwise reads now. */
  read<R>(name: string, read: () => Promise<R>): Promise<R>;
  mint(token: TokenToMint | RedeemedToken): Promise<TokenResponse>;
  /** Signs a token for another server. Runs the shared steps of all grants, like `mint`. */
  mintAssertion(assertion: AssertionToMint): Promise<TokenResponse>;
  /** Whether a request that called `useOnce` with this name succeeded before. */
  isUsed(name: string): Promise<boolean>;
  /**
   * Makes `mint` use this name up. Among all requests with the name, on any node, exactly one succeeds. `until`: epoch
   * seconds.
   */
  useOnce(name: string, until: number): void;
  /** Makes `mint` run a compare-and-swap of the grant after the audit event. False refuses the request as a lost race. */
  claim(swap: () => Promise<boolean>): void;
  /** The instance of the agent that sends the request. Its key signed the assertion or the DPoP proof. */
  instance(): Promise<Instance | undefined>;
  /** Creates a separate refresh token for an instance. */
  mintFamily(family: FamilyToMint): Promise<TokenResponse>;
};

/** An instance grant under an authorization that the authenticated caller, an agent, holds. */
export type FamilyToMint = {
  /** Account id. */
  readonly subject: string;
  /** Id of the authorization, or of an instance grant of the same instance. */
  readonly grant: string;
  readonly instance: Instance;
  /** Id of the token that the request presented. */
  readonly parent: string;
  /** RFC 8693 §2.2.1 */
  readonly issuedTokenType: string;
};

/** A delegated access token to mint. Its `client_id` and outermost actor are the authenticated caller. */
export type TokenToMint = {
  /** Account id; becomes `sub`. */
  readonly subject: string;
  readonly chain: ActorChain;
  readonly resourceServer: ResourceServer;
  readonly scope: readonly string[];
  /** Authorization details (RFC 9396). */
  readonly details?: readonly Detail[];
  /** Epoch seconds. The resource server's own limit may shorten it. */
  readonly notAfter: number;
  readonly delegation: string;
  /** The other participants of the transaction, if the token needs the authority of each of them. */
  readonly participants?: readonly DelegatingParticipant[] | undefined;
  readonly grant: string | undefined;
  readonly txn: string;
  /** Id of the token that it was made from; `token.parent` of the audit event. */
  readonly parent?: string;
  /** RFC 8693 §2.2.1; absent for a request without an exchange. */
  readonly issuedTokenType?: string;
  /** How the person signed in, according to the token it was made from. */
  readonly assurance?: Assurance | undefined;
  /** The decision that allowed it. */
  readonly decision: Pick<Decision, 'id' | 'policyVersion' | 'maxUses'>;
  /** The approval, if the token is valid for one approved action only. */
  readonly approval?: TokenApproval;
  readonly origin?: undefined;
};

type NotOfPeers = 'approval' | 'delegation' | 'participants' | 'issuedTokenType' | 'grant' | 'parent';

/** An access token to mint from an assertion of a peer. It depends on no delegation and no authorization of ours. */
export type RedeemedToken = Omit<TokenToMint, 'chain' | NotOfPeers | 'origin'> & {
  readonly [member in NotOfPeers]?: undefined;
} & {
  /** The caller, if it is an agent. */
  readonly chain?: ActorChain | undefined;
  /** The account link that it depends on, and the actor at the peer. That actor decides nothing here. */
  readonly origin: { readonly link: string; readonly act?: ForeignActor | undefined };
};

/** A JWT for another server. It is no access token here. */
export type AssertionToMint = {
  /** Media type in its header (RFC 8725 §3.11). */
  readonly typ: 'oauth-id-jag+jwt' | 'txntoken+jwt';
  /** The one audience. */
  readonly audience: string;
  /** Account id; becomes `sub`. */
  readonly subject: string;
  readonly chain?: ActorChain | undefined;
  /** The facts of the decision, for the audit log. */
  readonly resource: string;
  readonly scope: readonly string[];
  /** Claims besides the common ones. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Epoch seconds. */
  readonly notAfter: number;
  readonly lifetimeSeconds: number;
  readonly grant: string | undefined;
  /** Id of the token that it was made from. */
  readonly parent: string;
  /** RFC 8693 §2.2.1 */
  readonly issuedTokenType: string;
  readonly decision: Pick<Decision, 'id' | 'policyVersion'>;
};

export type TokenResponse = Readonly<Record<string, unknown>>;

/**
 * What an OAuth extension adds to the server. `src/compose/extensions.ts` lists the extensions; nothing else knows them.
 *
 * A grant receives a `TokenRequest` whose client is already authenticated. `mint` runs what all grants share (resource, sender
 * constraint, audit, format, storage); a grant cannot forget a step.
 */

import type { AuditEvent } from '../domain/audit/audit-event.ts';
import type { Decision } from '../domain/authority/decision/decision.ts';
import type { ExtensionGrantType } from '../domain/clients/clients/grant-types.ts';
import type { Instance } from '../domain/clients/instances/instance.ts';
import type { TokenApproval } from '../domain/ports/issued-tokens.ts';
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
  /** Declared in src/domain/clients/clients/grant-types.ts, with its specification and who may register it. */
  readonly grantType: ExtensionGrantType;
  /** The only form parameters `handle` can see. */
  readonly parameters: readonly string[];
  /** Those that may be given more than once. */
  readonly repeatable: readonly string[];
  /** Throws DomainError to refuse. Every attempt becomes one audit event, granted or refused, before the answer leaves. */
  handle(request: TokenRequest): Promise<TokenResponse>;
};

export type TokenRequest = {
  readonly id: string;
  /** Authenticated caller: `client_id`. */
  readonly clientId: string;
  readonly isAgent: boolean;
  /** Values of a parameter, in order; empty when absent. An empty string is treated as absent (RFC 6749 §3.1). */
  values(parameter: string): readonly string[];
  /** Thumbprint of the key of the DPoP proof in this request, already validated for htm, htu and age; replay is checked by `mint`. */
  readonly dpopThumbprint: string | undefined;
  /** `x5t#S256` of the certificate in this request, to which `mint` binds the token; undefined for a client whose tokens are not bound to one. */
  readonly certificateThumbprint?: string | undefined;
  /** Address of the sender, where it is known. For policies and the audit log. */
  readonly source?: string | undefined;
  /**
   * Adds facts to the one audit event of this attempt; later calls override earlier ones, and all of them override what the
   * request itself shows.
   */
  note(facts: Partial<AuditEvent>): void;
  mint(token: TokenToMint | RedeemedToken): Promise<TokenResponse>;
  /** Signs a token that another server reads; the steps that all grants share run as with `mint`. */
  mintAssertion(assertion: AssertionToMint): Promise<TokenResponse>;
  /** Whether `useOnce` with this name was answered before. */
  isUsed(name: string): Promise<boolean>;
  /** Makes `mint` use this up: of all requests that name it exactly one is answered, on any node. `until`: epoch seconds. */
  useOnce(name: string, until: number): void;
  /** Makes `mint` use something up by a swap of its own, after the audit event: false ends the request as a lost race. */
  claim(swap: () => Promise<boolean>): void;
  /** The instance of the agent that sends the request: its key signed the assertion, or made the DPoP proof. */
  instance(): Promise<Instance | undefined>;
  /** Creates a separate refresh token for an instance. */
  mintFamily(family: FamilyToMint): Promise<TokenResponse>;
};

/** An instance grant under an authorization that the authenticated caller, an agent, holds. */
export type FamilyToMint = {
  /** Account id. */
  readonly subject: string;
  /** Of the authorization, or of an instance grant that the same instance has already. */
  readonly grant: string;
  readonly instance: Instance;
  /** Id of the token that was presented to request it. */
  readonly parent: string;
  /** RFC 8693 §2.2.1 */
  readonly issuedTokenType: string;
};

/** A delegated access token to be made. Its `client_id` and outermost actor are the authenticated caller. */
export type TokenToMint = {
  /** Account id, becomes `sub`. */
  readonly subject: string;
  readonly chain: ActorChain;
  readonly resourceServer: ResourceServer;
  readonly scope: readonly string[];
  /** Authorization details (RFC 9396). */
  readonly details?: readonly Detail[];
  /** Epoch seconds; shortened to the resource server's own limit. */
  readonly notAfter: number;
  readonly delegation: string;
  readonly grant: string | undefined;
  readonly txn: string;
  /** Id of the token it was made from; `token.parent` of the audit event. */
  readonly parent?: string;
  /** RFC 8693 §2.2.1; absent where nothing was exchanged in this request. */
  readonly issuedTokenType?: string;
  /** How the person signed in, according to the token it was made from. */
  readonly assurance?: Assurance | undefined;
  /** The decision that allowed it. */
  readonly decision: Pick<Decision, 'id' | 'policyVersion' | 'maxUses'>;
  /** The approval: the token is valid for that one action. */
  readonly approval?: TokenApproval;
  readonly origin?: undefined;
};

type NotOfPeers = 'approval' | 'delegation' | 'issuedTokenType' | 'grant' | 'parent';

/** An access token to be made from an assertion of a peer: it depends on no delegation and no authorization of ours. */
export type RedeemedToken = Omit<TokenToMint, 'chain' | NotOfPeers | 'origin'> & {
  readonly [member in NotOfPeers]?: undefined;
} & {
  /** The caller, if it is an agent. */
  readonly chain?: ActorChain | undefined;
  /** The account link it rests on, and the actor at the peer, which decides nothing here. */
  readonly origin: { readonly link: string; readonly act?: ForeignActor | undefined };
};

/** A JWT for another server, which is no access token here. */
export type AssertionToMint = {
  /** Media type in its header (RFC 8725 §3.11). */
  readonly typ: 'oauth-id-jag+jwt' | 'txntoken+jwt';
  /** The one audience. */
  readonly audience: string;
  /** Account id, becomes `sub`. */
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
  /** Id of the token it was made from. */
  readonly parent: string;
  /** RFC 8693 §2.2.1 */
  readonly issuedTokenType: string;
  readonly decision: Pick<Decision, 'id' | 'policyVersion'>;
};

export type TokenResponse = Readonly<Record<string, unknown>>;

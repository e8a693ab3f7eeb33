/**
 * The complete state of a request under way in modules of src/provider: one object for each request, a property of the
 * request itself. The front guard's caller creates it before oidc-provider sees the request. Each member says who writes and
 * who reads it. A member is undefined, or false, until its writer sets it.
 *
 * Values about one model of oidc-provider are no members, because a request may create several models. They are on the model
 * (`PREPARED` in tokens/token-claims.ts).
 */
import type { IncomingMessage } from 'node:http';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import type { Decision } from '../../domain/authority/decision/decision.ts';
import type { Transaction } from '../../domain/authority/transactions/transaction.ts';
import type { Insertion } from '../../domain/ports/document-store.ts';
import type { DelegatingParticipant } from '../../domain/ports/issued-tokens.ts';
import type { DetailAmount } from '../../domain/resources/authorization-details/narrowed-details.ts';
import type { DetailsByResource } from '../../domain/vocabulary/detail-type.ts';
import type { Remedy } from '../../domain/vocabulary/errors.ts';
import type { ProtocolError } from './oauth-errors.ts';
import type { PresentedCredential } from './presented-credential.ts';
import { nextTurn, type RequestFacts, STATE } from './request-facts.ts';

/** `drop` removes what `store` wrote, if the request fails. */
export type DeferredWrite = {
  store(): Promise<void>;
  drop(): Promise<unknown>;
  /** The one new document that `store` writes. Absent: it does something else. */
  insertion?(): Promise<Insertion>;
};

/** What one request at the token endpoint defers (token-request-unit.ts). */
export type TokenRequestUnit = {
  /** Mark id → expiry of one-time values in this request. */
  readonly seen: Map<string, number>;
  readonly consumptions: { readonly id: string; readonly expiresAt: number }[];
  /** Compare-and-swaps that use something up. Each is true for one caller only. */
  readonly claims: (() => Promise<boolean>)[];
  readonly writes: DeferredWrite[];
  /** Settles the unit of an opaque access token, when its record is about to be stored. Throws as `settle`. */
  settleWhenStored: (() => Promise<void>) | undefined;
  settled: boolean;
  /** Returns to the budgets what they had counted for the token, if the request fails. Never throws. */
  release?: () => Promise<void>;
};

/** The pushed request that a code will use up. */
export type PushedMark = {
  readonly id: string;
  readonly expiresAt: number;
  /** Removes the pushed parameters: from then on only its mark is needed. */
  drop(): Promise<unknown>;
};

/** A grant that is stored with the code, and not before. */
export type HeldGrant = { store(): Promise<void>; drop(): Promise<unknown> };

/** A read of this request that has begun. `begunAt`: milliseconds. */
type BegunRead = { readonly begunAt: number; readonly answer: Promise<unknown> };

/** How far one of our own handlers got with a request. */
export type RefusedByHandler = {
  readonly error: unknown;
  /** What was known then, as members of oidc-provider's context. */
  readonly params: Record<string, unknown>;
  readonly entities: object;
  /** oidc-provider had no part in the step that failed, and does not answer this error. */
  readonly isOurs: boolean;
};

export type RequestState = RequestFacts & {
  /**
   * The credential of an agent. Written as soon as the parameters are read, and completed during its verification
   * (presented-credentials.ts). Read there, and by client-assertions.ts, presented-instances.ts and token-models.ts.
   */
  presented: PresentedCredential | undefined;
  /** The client sent HTTP Basic credentials with an empty password. Written and read by empty-secrets.ts. */
  hasEmptySecret: boolean;
  /** The client presented a proof that needs a challenge. Written and read by attestation-challenges.ts. */
  needsChallenge: boolean;
  /**
   * `iat` of the assertion whose replay check is next; absent if the next check is for a DPoP proof. Written after the check
   * of the assertion's claims, and removed by the replay check (client-assertions.ts).
   */
  assertedAt: number | undefined;
  /** How the assertion of the request is built. Written after the check of its claims (client-assertions.ts), read by software.ts. */
  assertionShape: string | undefined;
  /** The request counts for its client. Written and read by client-proofs.ts, once per request. */
  isCounted: boolean;
  /**
   * A registered client authenticated, or presented a credential that was issued to it. Written by client-proofs.ts. Read
   * through its `has` by endpoint-audit.ts, structured-tokens.ts, stored-models.ts and client-assertions.ts.
   */
  isSenderKnown: boolean;

  /** Authorization details by resource. Written and read by request-details.ts, once per request to a person. */
  details: DetailsByResource | undefined;
  /** The transaction of the request, once it is read. Written and read by request-transaction.ts. */
  transaction: { readonly value: Transaction | undefined } | undefined;
  /** Default scopes that the request asks for implicitly. Written and read by default-scopes.ts. */
  defaultScopes: ReadonlySet<string> | undefined;
  /**
   * The last decision, at the resource of the token. Written by resource-authority.ts when oidc-provider asks about the
   * resource; read by own-grant-claims.ts before the token exists. The next two belong to it.
   */
  decision: Decision | undefined;
  /** The other participants on whose delegations the token depends. Written and read like the decision. */
  participants: readonly DelegatingParticipant[] | undefined;
  /** Further remedies for a decision that left nothing, besides its own. */
  remedies: readonly Remedy[] | undefined;
  /** Amounts for budgets, from the details of the decision. Read by token-claims.ts. */
  amounts: readonly DetailAmount[] | undefined;

  /** What a token request defers. Written and read through token-request-unit.ts, until the request is settled. */
  unit: TokenRequestUnit | undefined;
  /** Written by the model adapter when oidc-provider uses up a pushed request; read by code-issuing.ts with the code. */
  pushedMark: PushedMark | undefined;
  /** Written by the model adapter when oidc-provider stores the grant; read by code-issuing.ts with the code. */
  heldGrant: HeldGrant | undefined;
  /** Thumbprint of the attested key that pushed the request. Written and read by token-models.ts. */
  pusherKey: string | undefined;
  /**
   * The live session of an account as the request found it, and the key of its record. Written and read by found-session.ts, until
   * the session ends.
   */
  foundSession: { readonly key: string; readonly text: string } | undefined;

  /** The keyed digests of the codes and tokens that the request presents or makes. Written and read by token-handles.ts. */
  handles: Map<string, readonly string[]> | undefined;
  /** The token of an introspection request, hidden from oidc-provider. Written and read by structured-tokens.ts. */
  withheldToken: string | undefined;
  /**
   * The user code in a link to the device page. Written by device-authorization.ts before oidc-provider reads the query; read
   * for the page (provider-features.ts).
   */
  userCode: string | undefined;
  /**
   * Our own handler could not answer the request, so that oidc-provider answers it with this error. Written by
   * own-handlers.ts; read when oidc-provider reads the parameters (build-provider.ts), and by structured-tokens.ts.
   */
  refused: RefusedByHandler | undefined;
  /** oidc-provider leaves a revocation to us, because the token is a JWT. Written and read by structured-tokens.ts. */
  isRevocationOurs: boolean;

  /**
   * Begins reads that the handler will need. Written by own-handlers.ts before the client authenticates; called by client-assertions.ts
   * when the signature is verified, while the server waits whether the assertion was used.
   */
  readAhead: (() => void) | undefined;
  /** Those reads, by name. Written and read by reads-ahead.ts. */
  ahead: Map<string, BegunRead> | undefined;

  /** Why oidc-provider refused the request. Written by its error events; read once, for the response (endpoint-audit.ts). */
  failure: ProtocolError | undefined;
  /** The next three are parts of the request's audit event. request-event.ts writes them, and merges them once. */
  noted: Partial<AuditEvent> | undefined;
  decided: Partial<AuditEvent> | undefined;
  announced: AuditEvent['token'];
};

type WithState = IncomingMessage & { [STATE]?: RequestState };

/** Creates the state of a request. Call it once, before any other code reads the request. */
export const beginRequest = (
  request: IncomingMessage,
  { id, source, certificate, arrivedAt }: Omit<RequestFacts, 'turn'>,
): void => {
  // Sets every member at once, so that the states of all requests have one shape.
  (request as WithState)[STATE] = {
    id,
    source,
    certificate,
    arrivedAt,
    turn: nextTurn(),
    presented: undefined,
    hasEmptySecret: false,
    needsChallenge: false,
    assertedAt: undefined,
    assertionShape: undefined,
    isCounted: false,
    isSenderKnown: false,
    details: undefined,
    transaction: undefined,
    defaultScopes: undefined,
    decision: undefined,
    participants: undefined,
    remedies: undefined,
    amounts: undefined,
    unit: undefined,
    pushedMark: undefined,
    heldGrant: undefined,
    pusherKey: undefined,
    foundSession: undefined,
    userCode: undefined,
    handles: undefined,
    withheldToken: undefined,
    refused: undefined,
    isRevocationOurs: false,
    readAhead: undefined,
    ahead: undefined,
    failure: undefined,
    noted: undefined,
    decided: undefined,
    announced: undefined,
  };
};

/** The request, or a context of it: the contexts of oidc-provider and koa have the request as `req`. */
export type OfRequest = IncomingMessage | { readonly req: IncomingMessage };

/** Throws a TypeError for a request that did not pass the front guard. */
export const requestState = (of: OfRequest): RequestState => {
  const state = ('req' in of ? (of.req as WithState) : (of as WithState))[STATE];
  if (!state) throw new TypeError('this request has no state: beginRequest was not called for it');
  return state;
};

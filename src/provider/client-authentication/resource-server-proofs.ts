/**
 * Authenticates the resource server that sends a request outside oidc-provider. It authenticates as at the introspection
 * endpoint, in the Authorization header, because the body is not a form. It sends a secret as Basic; with a certificate, its
 * id and an empty password as Basic (RFC 8705 §2); a client assertion (RFC 7523) as Bearer, which the request uses up.
 */
import type { IncomingMessage } from 'node:http';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { credentialRefusal } from '../../domain/clients/agents/credential-refusals.ts';
import { certificateLack } from '../../domain/platform/certificates/certificate-rule.ts';
import { isOneOfDigests } from '../../domain/platform/crypto/constant-time-compare.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import { rateLimitRefusal } from '../../domain/platform/rate-limits/rate-limit-refusals.ts';
import type { RequestLimit } from '../../domain/platform/rate-limits/request-limits.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import type { RefusalCounter } from '../seam/refusal-counter.ts';
import { factsOf } from '../seam/request-facts.ts';
import type { ClientAssertions } from './client-assertions.ts';
import { basicOf } from './other-proofs.ts';
import { ASSERTION_ALGORITHMS } from './own-assertions.ts';

const MAXIMUM_HEADER = 8192;
const BEARER = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
const ID = /^rs_[A-Za-z0-9_-]{1,120}$/;

type Presented =
  | { readonly id: string; readonly kind: 'basic'; readonly secret: string }
  | { readonly id: string; readonly kind: 'assertion'; readonly assertion: string };

export const resourceServerProofs =
  (deps: {
    readonly resourceServers: { get(id: string): Found<ResourceServer> };
    readonly masterKey: Pick<MasterKey, 'digests'>;
    readonly assertions: Pick<ClientAssertions, 'faultOf' | 'claimOnce'>;
    /** Limit for one client in a minute, which includes requests at the OAuth endpoints. */
    readonly limit: RequestLimit;
    /** Counts failed proofs of registered resource servers. */
    readonly refusals: RefusalCounter;
    readonly clock: Clock;
    readonly clockToleranceSeconds: number;
  }) =>
  /** Throws DomainError 'unauthenticated', the same for an unknown caller, and 'too_many_requests'. */
  async (request: IncomingMessage): Promise<ResourceServer> => {
    const { limit, masterKey, clock } = deps;

    const lackOfCertificate = (server: ResourceServer): string | undefined => {
      const certificate = factsOf(request).certificate?.();
      if (!certificate || !server.certificate) return 'certificate: there is none';
      const lack = certificateLack(server.certificate, certificate, clock.now());
      return lack && `certificate: ${lack}`;
    };

    const lackOfAssertion = async (server: ResourceServer, assertion: string): Promise<string | undefined> => {
      const verified = await jwtVerify(assertion, createLocalJWKSet(server.jwks as unknown as JSONWebKeySet), {
        algorithms: ASSERTION_ALGORITHMS,
        issuer: server.id,
        subject: server.id,
        requiredClaims: ['exp', 'iat', 'jti', 'aud'],
        clockTolerance: deps.clockToleranceSeconds,
        currentDate: new Date(clock.nowMillis()),
      }).catch(() => undefined);
      if (!verified) return 'the assertion does not verify';
      const { payload, protectedHeader } = verified;
      const fault = deps.assertions.faultOf({ ...payload }, { ...protectedHeader });
      if (fault !== undefined) return fault;
      const { jti = '', exp = 0, iat = 0 } = payload;
      raisePriority('authenticated');
      return (await deps.assertions.claimOnce(server.id, jti, exp, iat)) ? undefined : 'the assertion was used before';
    };

    /** The fault of a proof, or undefined. */
    const lackOf = async (server: ResourceServer, presented: Presented): Promise<string | undefined> => {
      const { introspectionAuthMethod: method, secretHash } = server;
      if (presented.kind === 'assertion') {
        return method === 'private_key_jwt'
          ? lackOfAssertion(server, presented.assertion)
          : 'it is not registered for private_key_jwt';
      }
      if (method === 'tls_client_auth' || method === 'self_signed_tls_client_auth') {
        return presented.secret === '' ? lackOfCertificate(server) : 'it is registered for a certificate';
      }
      if (method !== 'client_secret_basic' || secretHash === undefined) return 'it is not registered for a secret';
      const isRight = isOneOfDigests(secretHash, masterKey.digests('client_secret', presented.secret));
      return isRight ? undefined : 'the secret is another one';
    };

    const presented = presentedIn(request.headers.authorization);
    if (!presented) throw notProven();
    if (limit.isExceeded(presented.id)) {
      throw rateLimitRefusal('resource_server_requests_exceeded', { retryAfterSeconds: limit.retryAfterSeconds() });
    }
    const server = (await deps.resourceServers.get(presented.id))?.document;
    if (!server) throw notProven();
    const lack = server.state === 'active' ? await lackOf(server, presented) : 'it is disabled';
    if (lack !== undefined) {
      await deps.refusals.note(server.id, `decisions: ${lack}`.slice(0, 200), factsOf(request).id);
      throw notProven();
    }
    limit.count(server.id);
    raisePriority('authenticated');
    return server;
  };

const presentedIn = (header: string | undefined): Presented | undefined => {
  if (header === undefined || header.length > MAXIMUM_HEADER) return undefined;
  const basic = basicOf(header, true);
  if (basic) return ID.test(basic.clientId) ? { id: basic.clientId, kind: 'basic', secret: basic.value } : undefined;
  const [, assertion] = BEARER.exec(header) ?? [];
  if (assertion === undefined) return undefined;
  try {
    const { sub = '' } = decodeJwt(assertion);
    return ID.test(sub) ? { id: sub, kind: 'assertion', assertion } : undefined;
  } catch {
    return undefined;
  }
};

const notProven = (): DomainError => credentialRefusal('resource_server_not_authenticated');

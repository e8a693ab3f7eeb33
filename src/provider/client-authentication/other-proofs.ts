/**
 * Credentials of an agent that are no client assertion: an allowed secret (secret-exceptions.ts), and the certificate of its
 * connection (RFC 8705). Reads them from a request and checks them against the credentials of the agent.
 */
import type { IncomingMessage } from 'node:http';
import { type Credential, ofKind } from '../../domain/clients/agents/credential.ts';
import { certificateLack } from '../../domain/platform/certificates/certificate-rule.ts';
import type { ClientCertificate } from '../../domain/platform/certificates/client-certificate.ts';
import { isOneOfDigests } from '../../domain/platform/crypto/constant-time-compare.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { OtherProof } from '../seam/presented-credential.ts';
import { factsOf } from '../seam/request-facts.ts';

export interface OtherProofs {
  /**
   * Removes such a proof of an agent from a request and returns it. Undefined without one, for several proofs, and for a
   * malformed one: oidc-provider refuses the last two.
   */
  take(request: IncomingMessage, parameters: Record<string, unknown>): OtherProof | undefined;

  /** Id of the proved usable credential. Throws an Error that tells the owner which check failed. */
  prove(proof: OtherProof, usable: readonly Credential[]): string;
}

export const otherProofs = ({
  masterKey,
  clock,
}: {
  readonly masterKey: Pick<MasterKey, 'digests'>;
  readonly clock: Clock;
}): OtherProofs => {
  const secretOf = (value: string, credentials: readonly Credential[]): string => {
    const held = ofKind(credentials, 'secret');
    if (held.length === 0) throw new Error('secret: this agent is allowed none');
    const given = masterKey.digests('client_secret', value);
    const [found] = held.filter(({ secretHash }) => isOneOfDigests(secretHash, given));
    if (!found) throw new Error('secret: the agent has no such secret now');
    return found.id;
  };

  const certificateOf = (certificate: ClientCertificate, credentials: readonly Credential[]): string => {
    let why = 'this agent has none';
    for (const credential of ofKind(credentials, 'mtls')) {
      const lack = certificateLack(credential, certificate, clock.now());
      if (lack === undefined) return credential.id;
      why = lack;
    }
    throw new Error(`certificate: ${why}`);
  };

  return {
    take(request: IncomingMessage, parameters: Record<string, unknown>): OtherProof | undefined {
      const { client_id: clientId, client_secret: secret, client_assertion: assertion } = parameters;
      const { authorization } = request.headers;
      if (assertion !== undefined || (clientId !== undefined && typeof clientId !== 'string')) return undefined;
      if (authorization !== undefined && secret === undefined) {
        const basic = basicOf(authorization);
        if (!basic?.clientId.startsWith('agt_') || (clientId !== undefined && clientId !== basic.clientId)) {
          return undefined;
        }
        delete request.headers.authorization;
        return { kind: 'secret', isBasic: true, ...basic };
      }
      if (authorization !== undefined || !clientId?.startsWith('agt_')) return undefined;
      if (secret === undefined) {
        // The client id alone, on a connection with a certificate (RFC 8705 §2).
        const certificate = factsOf(request).certificate?.();
        return certificate && { kind: 'certificate', clientId, certificate };
      }
      if (typeof secret !== 'string' || secret === '') return undefined;
      parameters['client_secret'] = undefined;
      return { kind: 'secret', isBasic: false, clientId, value: secret };
    },

    prove: (proof: OtherProof, usable: readonly Credential[]): string =>
      proof.kind === 'secret' ? secretOf(proof.value, usable) : certificateOf(proof.certificate, usable),
  };
};

/**
 * Client id and secret of HTTP Basic authentication, each percent-encoded (RFC 6749 §2.3.1). The secret may be absent if the
 * caller permits it.
 */
export const basicOf = (
  header: string,
  mayBeEmpty = false,
): { readonly clientId: string; readonly value: string } | undefined => {
  const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  try {
    const [clientId, value] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', '%20')),
    );
    if (!clientId || value === undefined || (value === '' && !mayBeEmpty)) return undefined;
    return /^[\x20-\x7e]*$/.test(value) ? { clientId, value } : undefined;
  } catch {
    return undefined;
  }
};

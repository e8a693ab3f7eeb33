/**
 * While a kill of everything is active, every endpoint that grants something answers 503 before it checks or uses up a
 * credential. Resource servers can still introspect tokens, and learn that none is active. An administrator's client can
 * still use the management API.
 */
import Provider from 'oidc-provider';
import { killRefusal } from '../../domain/authority/revocation/kill-refusals.ts';
import type { Revocation } from '../../domain/ports/revocation.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import type { ProviderClients } from './client-metadata.ts';

/** Routes that lead to a token or a session. */
const GRANTING = new Set<string | undefined>([
  'token',
  'pushed_authorization_request',
  'device_authorization',
  'authorization',
  'resume',
  'code_verification',
  'device_resume',
]);
const RETRY_AFTER_SECONDS = 30;

export const everythingIsKilled = (): DomainError =>
  killRefusal('kill_in_force', { retryAfterSeconds: RETRY_AFTER_SECONDS });

/** The look-up of clients. On granting routes it throws for a client that the kill of everything blocks. */
export const closedByKills = (clients: ProviderClients, revocation: Revocation): ProviderClients => ({
  ...clients,
  async find(id) {
    const found = await clients.find(id);
    if (found !== undefined && id !== ACCOUNT_PAGES_CLIENT.client_id) return found;
    const route = Provider.ctx?.oidc?.route;
    if (GRANTING.has(route) && (await revocation.ended([{}]))) throw everythingIsKilled();
    return found;
  },
});

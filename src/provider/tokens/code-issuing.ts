/**
 * The moment before an authorization code exists, or a device is connected. The audit event becomes durable; only then is the
 * grant stored and a pushed request used up (decision D12). oidc-provider does both first, so this defers them.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { AuditEvent, AuditLog } from '../../domain/audit/audit-event.ts';
import { askedFacts } from '../requests/asked-facts.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { requestEvent, sender } from '../seam/request-event.ts';
import { type HeldGrant, type OfRequest, type PushedMark, requestState } from '../seam/request-state.ts';
import { answerOf } from '../seam/token-request-unit.ts';

export const codeIssuing = (deps: { readonly audit: AuditLog; readonly consumptions: ConsumptionRegistry }) => {
  const used = (): Error => new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');

  return {
    /** Records that the code of this request will use up a pushed request. */
    hold(of: OfRequest, mark: PushedMark): void {
      requestState(of).pushedMark = mark;
    },

    /** Records that a grant is to be stored with the code. Without a code no grant is stored. */
    holdGrant(of: OfRequest, grant: HeldGrant): void {
      requestState(of).heldGrant = grant;
    },

    /**
     * Call it before a code is stored, or a device code becomes valid. Throws InvalidRequestUri when another request was
     * first.
     */
    async settle(context: KoaContextWithOIDC): Promise<void> {
      const { client, params, session, entities } = context.oidc;
      const state = requestState(context);
      const mark = state.pushedMark;
      // Requests that have already lost need not be recorded as granted.
      if (mark && (await deps.consumptions.stateOf(mark.id, state)) !== 'unused') throw used();
      const event = requestEvent(
        context,
        { type: 'authorization.granted', outcome: 'granted' },
        {
          sent: {
            ...sender(client?.clientId),
            ...(session?.accountId === undefined ? {} : { subject: session.accountId }),
            ...askedFacts(params),
          },
          result: {
            ...(entities.Grant ? { grant: String(entities.Grant.jti) } : {}),
            ...whatWasPending(entities.DeviceCode?.deviceInfo),
          },
        },
      );
      await deps.audit.append(event);
      // Uses up last, so that a failing store uses up nothing.
      const grant = state.heldGrant;
      await grant?.store();
      if (!mark) return;
      if (!(await deps.consumptions.consume(mark.id, mark.expiresAt, answerOf(context.res)))) {
        await grant?.drop();
        throw used();
      }
      // The pushed parameters would expire anyway. A store that fails now must not cost the user their code.
      await mark.drop().catch(() => undefined);
    },
  };
};

/**
 * The network of the device, and the time of its request (RFC 8628 §3.1). The request has an event of its own only within the
 * budget of such events. The person's answer must be provable without it.
 */
const whatWasPending = (device: unknown): Pick<AuditEvent, 'personal' | 'inputs'> => {
  const { address, at } = (device ?? {}) as { readonly address?: unknown; readonly at?: unknown };
  return {
    ...(typeof at === 'number' ? { inputs: { askedAt: at } } : {}),
    ...(typeof address === 'string' ? { personal: { device: address } } : {}),
  };
};

/**
 * The moment before an authorization code exists, or a device is connected: the audit event becomes durable, and only then is
 * the grant stored and a pushed request used up (decision D12). oidc-provider does both first; here they wait.
 */
import type { ServerResponse } from 'node:http';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { AuditEvent, AuditLog } from '../../domain/audit/audit-event.ts';
import { askedFacts } from '../requests/asked-facts.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { factsOf } from '../seam/request-facts.ts';
import { answerOf } from '../seam/token-request-unit.ts';

type Mark = {
  readonly id: string;
  readonly expiresAt: number;
  /** Removes what was pushed: its mark alone is needed from then on. */
  drop(): Promise<unknown>;
};
type HeldGrant = { store(): Promise<void>; drop(): Promise<unknown> };
type Context = { readonly res: ServerResponse };

export const codeIssuing = (deps: { readonly audit: AuditLog; readonly consumptions: ConsumptionRegistry }) => {
  const pushed = new WeakMap<object, Mark>();
  const grants = new WeakMap<object, HeldGrant>();
  const used = (): Error => new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');

  return {
    /** Records that the code of this request will use up a pushed request. */
    hold(context: Context, mark: Mark): void {
      pushed.set(context, mark);
    },

    /** Records that a grant is to be stored with the code; without a code there is none. */
    holdGrant(context: Context, grant: HeldGrant): void {
      grants.set(context, grant);
    },

    /**
     * To be called before a code is stored, or a device code becomes valid. Throws InvalidRequestUri when another request was
     * first.
     */
    async settle(context: KoaContextWithOIDC): Promise<void> {
      const { client, params, session, entities } = context.oidc;
      const mark = pushed.get(context);
      const facts = factsOf(context.req);
      // Requests that have lost already need not be recorded as granted.
      if (mark && (await deps.consumptions.stateOf(mark.id, facts)) !== 'unused') throw used();
      const caller = client?.clientId;
      await deps.audit.append({
        type: 'authorization.granted',
        outcome: 'granted',
        request: facts.id,
        ...(caller === undefined ? {} : { caller }),
        ...(caller?.startsWith('agt_') ? { agent: caller } : {}),
        ...(session?.accountId === undefined ? {} : { subject: session.accountId }),
        ...askedFacts(params),
        ...(entities.Grant ? { grant: String(entities.Grant.jti) } : {}),
        ...whatWasPending(entities.DeviceCode?.deviceInfo, facts.source),
      });
      // Uses up last, so that a failing store uses up nothing.
      const grant = grants.get(context);
      await grant?.store();
      if (!mark) return;
      if (!(await deps.consumptions.consume(mark.id, mark.expiresAt, answerOf(context.res)))) {
        await grant?.drop();
        throw used();
      }
      // The mark expires without this. A store that fails now must not cost the user their code.
      await mark.drop().catch(() => undefined);
    },
  };
};

/**
 * Where a device was when it asked, and when (RFC 8628 §3.1). Its request has an event of its own only within the budget of
 * such events, so the person's answer has to be provable without it.
 */
const whatWasPending = (device: unknown, source: string): Pick<AuditEvent, 'personal' | 'inputs'> => {
  const { address, at } = (device ?? {}) as { readonly address?: unknown; readonly at?: unknown };
  return {
    ...(typeof at === 'number' ? { inputs: { askedAt: at } } : {}),
    personal: { source, ...(typeof address === 'string' ? { device: address } : {}) },
  };
};

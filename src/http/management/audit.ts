import type { AuditEventType, AuditLog } from '../../domain/audit/audit-event.ts';
import type { AuditEntry, AuditFilters, AuditPage } from '../../domain/audit/list-events.ts';
import { DomainError } from '../../domain/vocabulary/errors.ts';
import type { Call, Handlers } from './call.ts';
import { toWire } from './representations.ts';

/** What the node's audit log offers to readers. */
export type AuditReader = {
  list(filters: AuditFilters): Promise<AuditPage>;
  get(id: string): Promise<AuditEntry | undefined>;
  /** Lines without their line ends. */
  export(options: { readonly personal?: boolean }): AsyncIterable<string>;
  /** False when there is no such value, or it was erased already. */
  erase(event: string, value: string): Promise<boolean>;
};

type Operations = 'listAuditEvents' | 'getAuditEvent' | 'exportAudit' | 'eraseAuditValue';

/** Reading the audit log is itself an event, written first. */
export const auditHandlers = (reader: AuditReader, audit: AuditLog): Handlers<Operations> => {
  const record = (
    type: AuditEventType,
    { by, query, caller }: Call,
    filters: Readonly<Record<string, unknown>> = query,
  ) =>
    audit.append({
      type,
      outcome: 'done',
      caller: caller.id,
      inputs: { filters: toWire(filters) },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });

  return {
    async listAuditEvents(call) {
      await record('audit.read', call);
      const { limit = 50, from, to, token_id: tokenId, type, outcome, id, ...others } = call.query;
      const { subject, agent, caller, txn, delegation } = others;
      const conditions = { type, outcome, id, subject, agent, caller, txn, delegation, tokenId };
      const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
      const { entries, next } = await reader.list({
        ...Object.fromEntries(given),
        ...(from === undefined ? {} : { fromMillis: from * 1000 }),
        ...(to === undefined ? {} : { toMillis: to * 1000 + 999 }),
        ...(call.after ? { after: call.after } : {}),
        limit,
      });
      return { body: { items: entries }, next };
    },

    async getAuditEvent(call) {
      await record('audit.read', call, { event: call.id });
      const found = await reader.get(call.id);
      if (!found) throw new DomainError('not_found', 'There is no such audit event.');
      return { body: found };
    },

    async exportAudit(call) {
      await record('audit.exported', call);
      return { lines: reader.export({ personal: call.query.personal ?? false }) };
    },

    async eraseAuditValue({ body, by, caller }) {
      const { event, value } = body as { readonly event: string; readonly value: string };
      await audit.append({
        type: 'audit.erased',
        outcome: 'done',
        caller: caller.id,
        target: { kind: 'audit event', id: event },
        changed: [value],
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      });
      if (!(await reader.erase(event, value))) {
        throw new DomainError('not_found', 'This event holds no such value, or none any more.');
      }
      return {};
    },
  };
};

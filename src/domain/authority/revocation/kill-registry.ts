/**
 * Kills in the durable store and their events in the audit log, which every node reads. A process that cannot write
 * there keeps its kill in waiting-kills.ts. Called by kill-switch.ts.
 */
import type { AuditEvent, AuditEventType, AuditLog } from '../../audit/audit-event.ts';
import { EPOCHS, type Epoch, stand, unstand } from '../../platform/epochs/epoch.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type Cursor,
  type DocumentStore,
  everyDocument,
  LOST,
  retryLost,
  tryInsert,
} from '../../ports/document-store.ts';
import { type Kill, signaturesNeeded } from '../../vocabulary/kill.ts';
import { KILLS } from './kill.ts';
import { killRefusal } from './kill-refusals.ts';

/** Ends permanently the targets that have a document of their own. Both are idempotent. */
export type FinalEnds = {
  delegation(id: string, by: By): Promise<unknown>;
  token(id: string): Promise<unknown>;
};

export type KillQuery = {
  readonly key?: string | undefined;
  readonly owner?: string | undefined;
  readonly state?: Kill['state'] | undefined;
  readonly after?: Cursor | undefined;
  /** 1..200 */
  readonly limit: number;
};

/** The signer of a lift, and when its credentials were last changed. */
export type Signer = { readonly changedAt: number };

/** The stored kills and their effect on epochs, delegations and tokens. */
export interface KillRegistry {
  /** Appends an event about a kill. */
  record(type: AuditEventType, kill: Kill, by: By): Promise<unknown>;
  /** Reads one kill. Undefined when there is none. */
  get(id: string): Promise<Kill | undefined>;
  /** The standing kill of this target that `caller` ordered. */
  standingOf(key: string, caller: string): Promise<Kill | undefined>;
  /** Stores a kill: the record first, so that a standing kill can always be seen and lifted. Idempotent. */
  put(kill: Kill, by: By): Promise<void>;
  /** Whether the store holds the kill, or its lift. Completes the steps that a crash after the record left undone. */
  holds(kill: Kill): Promise<boolean>;
  /** Newest first. */
  list(query: KillQuery): Promise<{
    readonly items: readonly Kill[];
    readonly next?: Cursor;
  }>;
  /** Every standing kill, a page at a time. */
  standing(): AsyncGenerator<Kill>;
  /**
   * Signs a lift; the last required signature lifts the kill. Idempotent. Everything issued before the kill stays
   * ended. Throws 'not_found', and 'conflict' when there is nothing to lift. Throws 'forbidden' when the signer was
   * changed since the order. Otherwise a caller could create or take over a second signer and lift alone. Throws
   * StoreUnavailable when concurrent signers win repeatedly.
   */
  sign(id: string, by: By, signer: Signer): Promise<Kill>;
}

export const killRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly ends: FinalEnds;
  /** Second of the newest event of the audit log. Nothing was issued later, even if the clock shows an earlier time now. */
  readonly newestEvent: () => Promise<number>;
}): KillRegistry => {
  const { documents, clock, audit, ends, newestEvent } = deps;
  const kills = documents.collection<Kill>(KILLS);
  const epochs = documents.collection<Epoch>(EPOCHS);

  const record = (type: AuditEventType, kill: Kill, by: By): Promise<unknown> =>
    audit.append({
      type,
      outcome: 'done',
      caller: by.caller,
      target: { kind: kill.scope, id: kill.target },
      ...aboutTarget(kill),
      inputs: { kill: kill.id, reason: kill.reason, orderedAt: kill.createdAt },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });

  const carryOut = async (kill: Kill, by: By): Promise<void> => {
    if (kill.scope === 'delegation') await ends.delegation(kill.target, by);
    else if (kill.scope === 'token') await ends.token(kill.target);
    else await stand(epochs, kill.key, kill.id, Math.max(clock.now(), await newestEvent()) + 1);
  };

  const isCarriedOut = async ({ id, key }: Kill): Promise<boolean> =>
    (await epochs.get(key))?.document.kills?.includes(id) ?? false;

  const lifted = ({ key, id }: Kill): Promise<void> => unstand(epochs, key, id, clock.now());

  const registry: KillRegistry = {
    record,

    async get(id): Promise<Kill | undefined> {
      return (await kills.get(id))?.document;
    },

    async standingOf(key, caller): Promise<Kill | undefined> {
      const found = await kills.find({ where: { key, state: 'standing' }, limit: 1000 });
      return found.find(({ document }) => document.by === caller)?.document;
    },

    async put(kill, by): Promise<void> {
      await tryInsert(kills, kill);
      await carryOut(kill, by);
    },

    async holds({ id }): Promise<boolean> {
      const kill = await registry.get(id);
      if (!kill) return false;
      if (kill.state === 'lifted') await lifted(kill);
      else if (kill.state === 'final' || !(await isCarriedOut(kill))) await carryOut(kill, { caller: 'system' });
      return true;
    },

    async list({ key, owner, state, after, limit }): Promise<{
      readonly items: readonly Kill[];
      readonly next?: Cursor;
    }> {
      const found = await kills.find({
        where: { ...(key ? { key } : {}), ...(owner ? { owner } : {}), ...(state ? { state } : {}) },
        order: { by: 'createdAt', direction: 'descending' },
        limit: limit + 1,
        ...(after ? { after } : {}),
      });
      const items = found.slice(0, limit).map(({ document }) => document);
      const last = items.at(-1);
      return found.length > limit && last ? { items, next: { value: last.createdAt, id: last.id } } : { items };
    },

    standing: (): AsyncGenerator<Kill> =>
      everyDocument(kills, {
        where: { state: 'standing' },
        order: { by: 'createdAt', direction: 'ascending' },
        limit: 200,
      }),

    sign: (id, by, signer): Promise<Kill> =>
      retryLost(`the lift of ${id}`, async () => {
        const found = await kills.get(id);
        if (!found) throw documentRefusal('document_not_found', { params: { kind: 'kill' } });
        const { document: kill, version } = found;
        if (kill.state === 'final') throw killRefusal('kill_irreversible');
        if (kill.state === 'lifted') {
          await lifted(kill);
          return kill;
        }
        const needed = signaturesNeeded(kill.scope);
        if (needed > 1 && signer.changedAt >= kill.createdAt) {
          throw killRefusal('kill_signer_too_new');
        }
        if (kill.signatures.some((one) => one.by === by.caller)) return kill;
        const now = clock.now();
        const signatures = [...kill.signatures, { by: by.caller, at: now }];
        const isLast = signatures.length >= needed;
        await record(isLast ? 'kill.lifted' : 'kill.lift_signed', kill, by);
        const next: Kill = { ...kill, signatures, ...(isLast ? { state: 'lifted', liftedAt: now } : {}) };
        if (!(await kills.replace(next, version))) return LOST;
        if (isLast) await lifted(next);
        return next;
      }),
  };
  return registry;
};

const aboutTarget = ({ scope, target, owner }: Kill): Partial<AuditEvent> => ({
  ...(scope === 'agent' ? { agent: target } : {}),
  ...(scope === 'account' ? { subject: target } : {}),
  ...(scope === 'delegation' ? { delegation: target } : {}),
  ...(scope === 'owner' ? { owner: target } : owner === undefined ? {} : { owner }),
});

/**
 * Orders and lifts kills, and sees to it that none is forgotten. An order is: the event, the latch on the data
 * volume, the store. Where the trail or the store takes no writes, the latch alone makes it count in this process
 * at once, and it is brought into both later (decision D24). Who may order or lift what is for the caller to say.
 */
import type { AuditEvent, AuditEventType, AuditTrail } from '../audit/audit-event.ts';
import type { By } from '../clients/registered-documents.ts';
import { DomainError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cursor, DocumentStore } from '../ports/document-store.ts';
import { isDocumentConflict } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { KillLatch, LatchedKill } from '../ports/kill-latch.ts';
import { EPOCHS, type Epoch, stand, unstand } from './epoch.ts';
import { isFinal, KILLS, type Kill, type KillScope, killKey, type LatchedKills, signaturesNeeded } from './kill.ts';

export type KillOrder = {
  readonly scope: KillScope;
  readonly target: string;
  readonly reason: string;
  readonly owner?: string;
};

/** `missing`: what does not hold the kill durably yet; empty once all is done. */
export type OrderedKill = { readonly kill: Kill; readonly missing: LatchedKill['missing'] };

export type KillQuery = {
  readonly key?: string | undefined;
  readonly owner?: string | undefined;
  readonly state?: Kill['state'] | undefined;
  readonly after?: Cursor | undefined;
  /** 1..200 */
  readonly limit: number;
};

/** Who signs a lift, and when what it signs with was last changed. */
export type Signer = { readonly changedAt: number };

/** Ends for good what has a row of its own. */
export type FinalEnds = {
  delegation(id: string, by: By): Promise<unknown>;
  token(id: string): Promise<unknown>;
};

export type KillSwitch = ReturnType<typeof killSwitch>;

/** A kill that another process on this volume ordered is left to it for so long. */
const PATIENCE_SECONDS = 10;

export const killSwitch = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditTrail;
  readonly latch: KillLatch;
  readonly latched: LatchedKills;
  readonly ends: FinalEnds;
  /** Second of the newest event of the trail: what was issued is not newer, whatever the clock says now. */
  readonly newestEvent: () => Promise<number>;
}) => {
  const { documents, clock, identifiers, audit, latch, latched, ends, newestEvent } = deps;
  const kills = documents.collection<Kill>(KILLS);
  const epochs = documents.collection<Epoch>(EPOCHS);
  /** Being written right now: the poll of the latch leaves them alone. */
  const underWay = new Set<string>();
  /** Ordered here and not done yet: this process need not wait for another. */
  const ours = new Set<string>();
  /** Kept in memory alone, because the volume took no writes either. */
  const unwritten = new Map<string, LatchedKill>();

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

  /** Into the store: the record first, so that what stands can always be seen and lifted. */
  const store = async (kill: Kill, by: By): Promise<void> => {
    try {
      await kills.insert(kill);
    } catch (error) {
      if (!isDocumentConflict(error)) throw error;
    }
    if (kill.scope === 'delegation') await ends.delegation(kill.target, by);
    else if (kill.scope === 'token') await ends.token(kill.target);
    else await stand(epochs, kill.key, kill.id, Math.max(clock.now(), await newestEvent()) + 1);
  };

  const standingOf = async (key: string, caller: string): Promise<Kill | undefined> => {
    const found = await kills.find({ where: { key, state: 'standing' }, limit: 1000 });
    return found.find(({ document }) => document.by === caller)?.document;
  };

  const order = async ({ scope, target, reason, owner }: KillOrder, by: By): Promise<OrderedKill> => {
    const key = killKey(scope, target);
    // Again by the same caller: the one that stands, with its epoch raised once more.
    const kill: Kill = (await unlessOut(() => standingOf(key, by.caller))) ?? {
      id: identifiers.newId('kil'),
      scope,
      target,
      key,
      reason,
      by: by.caller,
      ...(owner === undefined ? {} : { owner }),
      state: isFinal(scope) ? 'final' : 'standing',
      signatures: [],
      createdAt: clock.now(),
    };
    underWay.add(kill.id);
    try {
      const audited = await succeeds(() => record('kill.ordered', kill, by));
      latched.add(kill);
      const noted = await latch.write({ kill, missing: audited ? ['store'] : ['audit', 'store'] }).then(
        () => true,
        () => false,
      );
      const stored = await succeeds(() => store(kill, by));
      if (stored) latched.remove(kill.id);
      const missing = [...(audited ? [] : ['audit' as const]), ...(stored ? [] : ['store' as const])];
      if (missing.length > 0) ours.add(kill.id);
      if (missing.length > 0 && !noted) {
        unwritten.set(kill.id, { kill, missing });
        throw new DomainError(
          'unavailable',
          'The kill counts in this process only, and is forgotten when it ends: order it again.',
          {
            retryAfterSeconds: 1,
          },
        );
      }
      if (noted) await settleLatch({ kill, missing });
      return { kill, missing };
    } finally {
      underWay.delete(kill.id);
    }
  };

  /** What is written of a kill on the volume, after a step. What ended for good and everywhere needs no copy. */
  const settleLatch = async (now: LatchedKill): Promise<void> => {
    // A copy too many says more than is so, never less; the next start finds out.
    if (now.missing.length === 0 && now.kill.state === 'final') await latch.remove(now.kill.id).catch(() => undefined);
    else await latch.write(now).catch(() => undefined);
  };

  /** Brings a latched kill into trail and store. Throws when one of them still takes no writes. */
  const reconcile = async ({ kill, missing }: LatchedKill): Promise<void> => {
    const by: By = { caller: kill.by };
    await record('kill.reconciled', kill, by);
    if (missing.includes('store')) await store(kill, by);
    latched.remove(kill.id);
    unwritten.delete(kill.id);
    ours.delete(kill.id);
    await settleLatch({ kill, missing: [] });
  };

  const lifted = async ({ key, id }: Kill): Promise<void> => {
    await unstand(epochs, key, id, clock.now());
    await latch.remove(id).catch(() => undefined);
  };

  /** What a restored database, or a crash between two writes, may have lost of a kill that is done. */
  const renew = async (copy: Kill): Promise<void> => {
    const stored = (await kills.get(copy.id))?.document;
    if (!stored) {
      latched.add(copy);
      await latch.write({ kill: copy, missing: ['store'] });
      await reconcile({ kill: copy, missing: ['store'] });
    } else if (stored.state === 'lifted') await lifted(stored);
  };

  return {
    /**
     * Ends what hangs on the target and blocks it. Throws 'unavailable' when neither store and trail nor latch
     * could be written; it counts in this process even then.
     */
    order,

    /** The kill, or undefined. */
    async get(id: string): Promise<Kill | undefined> {
      return (await kills.get(id))?.document ?? latched.get(id);
    },

    /** Newest first; before them, on the first page, those that the store does not hold yet. */
    async list({ key, owner, state, after, limit }: KillQuery): Promise<{
      readonly items: readonly Kill[];
      readonly next?: Cursor;
    }> {
      const where = { ...(key ? { key } : {}), ...(owner ? { owner } : {}), ...(state ? { state } : {}) };
      const found = await kills.find({
        where,
        order: { by: 'createdAt', direction: 'descending' },
        limit: limit + 1,
        ...(after ? { after } : {}),
      });
      const stored = found.slice(0, limit).map(({ document }) => document);
      const isMeant = (kill: Kill): boolean =>
        Object.entries(where).every(([name, value]) => Reflect.get(kill, name) === value);
      const waiting = after
        ? []
        : latched.all().filter((kill) => isMeant(kill) && !stored.some(({ id }) => id === kill.id));
      const items = [...waiting, ...stored];
      const last = stored.at(-1);
      return found.length > limit && last ? { items, next: { value: last.createdAt, id: last.id } } : { items };
    },

    /**
     * Signs a lift; the last signature that is needed lifts. Idempotent. Nothing made before lives again.
     * Throws 'not_found', 'conflict' when there is nothing to lift, 'forbidden' when the signer was changed since
     * the order: who would otherwise make or take over a second signer could sign alone.
     */
    async lift(id: string, by: By, signer: Signer): Promise<Kill> {
      if (latched.get(id)) {
        throw new DomainError('unavailable', 'The store does not hold this kill yet.', { retryAfterSeconds: 1 });
      }
      for (;;) {
        const found = await kills.get(id);
        if (!found) throw new DomainError('not_found', 'There is no such kill.');
        const { document: kill, version } = found;
        if (kill.state === 'final') throw new DomainError('conflict', 'What this kill ended does not come back.');
        if (kill.state === 'lifted') {
          await lifted(kill);
          return kill;
        }
        const needed = signaturesNeeded(kill.scope);
        if (needed > 1 && signer.changedAt >= kill.createdAt) {
          throw new DomainError(
            'forbidden',
            'Whoever signs was registered, and last changed, before the kill was ordered.',
          );
        }
        if (kill.signatures.some((one) => one.by === by.caller)) return kill;
        const now = clock.now();
        const signatures = [...kill.signatures, { by: by.caller, at: now }];
        const isLast = signatures.length >= needed;
        await record(isLast ? 'kill.lifted' : 'kill.lift_signed', kill, by);
        const next: Kill = { ...kill, signatures, ...(isLast ? { state: 'lifted', liftedAt: now } : {}) };
        if (!(await kills.replace(next, version))) continue;
        if (isLast) await lifted(next);
        return next;
      }
    },

    /**
     * Before a node serves: what is latched counts, copies that the store has lost are put back, and every kill
     * that stands has its epoch. A store that takes no writes now is tried again by `poll`.
     */
    async start(): Promise<void> {
      for (const found of await latch.read()) {
        if (found.missing.length > 0) latched.add(found.kill);
        await succeeds(() => (found.missing.length > 0 ? reconcile(found) : renew(found.kill)));
      }
      let after: Cursor | undefined;
      do {
        const page = await kills.find({
          where: { state: 'standing' },
          order: { by: 'createdAt', direction: 'ascending' },
          limit: 200,
          ...(after ? { after } : {}),
        });
        for (const { document } of page) {
          const stands = (await epochs.get(document.key))?.document.kills?.includes(document.id);
          if (!stands) await succeeds(() => store(document, { caller: 'system' }));
        }
        const last = page.at(-1)?.document;
        after = page.length === 200 && last ? { value: last.createdAt, id: last.id } : undefined;
      } while (after);
    },

    /** Every now and then: takes up what another process on this volume latched, and reconciles what can be. */
    async poll(): Promise<void> {
      const found = [...(await latch.read()), ...unwritten.values()].filter(
        ({ kill, missing }) => missing.length > 0 && !underWay.has(kill.id),
      );
      const known = new Set(latched.all().map(({ id }) => id));
      for (const { kill, missing } of found) if (missing.includes('store')) latched.add(kill);
      for (const id of known) {
        if (!underWay.has(id) && !found.some(({ kill }) => kill.id === id)) latched.remove(id);
      }
      for (const one of found) {
        if (!ours.has(one.kill.id) && clock.now() < one.kill.createdAt + PATIENCE_SECONDS) continue;
        if (!(await succeeds(() => reconcile(one)))) return;
      }
    },
  };
};

const aboutTarget = ({ scope, target, owner }: Kill): Partial<AuditEvent> => ({
  ...(scope === 'agent' ? { agent: target } : {}),
  ...(scope === 'account' ? { subject: target } : {}),
  ...(scope === 'delegation' ? { delegation: target } : {}),
  ...(scope === 'owner' ? { owner: target } : owner === undefined ? {} : { owner }),
});

/** The store or the trail takes no writes; anything else is a mistake and goes on up. */
const isOutage = (error: unknown): boolean =>
  ['store_unavailable', 'unavailable'].includes(String((error as { code?: unknown } | undefined)?.code));

const succeeds = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isOutage(error)) throw error;
    return false;
  }
};

const unlessOut = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (!isOutage(error)) throw error;
    return undefined;
  }
};

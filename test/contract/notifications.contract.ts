/** What must hold of notifications on every store: none lost, one id each, no recipient delayed by another. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { deadLetters } from '../../src/domain/notifications/dead-letters.ts';
import {
  deliveryWorker,
  type Failed,
  type Outcome,
  type Sender,
} from '../../src/domain/notifications/delivery-worker.ts';
import { NOTIFICATIONS, type Notification } from '../../src/domain/notifications/notification.ts';
import { newNotificationLog } from '../../src/domain/notifications/notification-log.ts';
import { DELIVERY_QUEUES, type Delivery, type DeliveryQueue } from '../../src/domain/platform/outbox/delivery.ts';
import { type Outbox, outbox } from '../../src/domain/platform/outbox/outbox.ts';
import { type DocumentStore, StoreUnavailable } from '../../src/domain/ports/document-store.ts';

const HOUR = 3600;

/** A store of which a test decides what fails. */
const breakable = (store: DocumentStore) => {
  let breaks = (_collection: string, _operation: string): boolean => false;
  const documents: DocumentStore = {
    ...store,
    collection(declaration) {
      const collection = store.collection<never>(declaration);
      return new Proxy(collection, {
        get: (target, operation: keyof typeof collection) =>
          breaks(declaration.name, operation)
            ? async () => {
                throw new StoreUnavailable('as if the process had died');
              }
            : target[operation],
      });
    },
  };
  const breakWhen = (rule: typeof breaks): void => {
    breaks = rule;
  };
  return { documents, breakWhen };
};

export const describeNotifications = (name: string, open: () => DocumentStore | Promise<DocumentStore>): void => {
  describe(`notifications on ${name}`, () => {
    let store: DocumentStore;
    let millis: number;
    let events: AuditEvent[];
    let box: Outbox;
    const clock = { now: () => Math.floor(millis / 1000), nowMillis: () => millis };
    const pass = (seconds: number): void => {
      millis += seconds * 1000;
    };
    const audit = {
      append: async (event: AuditEvent) => {
        events.push(event);
        return { stream: 'test', sequence: events.length, hash: '' };
      },
    };

    beforeEach(async () => {
      store = await open();
      millis = 1_800_000_000_000;
      events = [];
      box = outbox({ documents: store, clock });
    });

    const put = (id: string, to = 'whk_a', more: { readonly holdSeconds?: number } = {}): Promise<void> =>
      box.put({ id, channel: 'webhook', to, kind: 'agent.suspended', body: `{"of":"${id}"}`, ...more });

    const newDeliveryWorker = (
      send: (delivery: Delivery) => Promise<Outcome>,
      more: {
        documents?: DocumentStore;
        spread?: (notification: Notification) => Promise<void>;
        giveUp?: Sender['giveUp'];
      } = {},
    ) => {
      const errors: unknown[] = [];
      const { giveUp } = more;
      const sender: Sender = { send, ...(giveUp ? { giveUp } : {}) };
      const made = deliveryWorker({
        documents: more.documents ?? store,
        clock,
        audit,
        route: more.spread ?? (async () => undefined),
        senders: { mail: sender, webhook: sender, push: sender, app: sender },
        onError: (error) => errors.push(error),
        chance: () => 0.5,
      });
      return {
        errors,
        stop: made.stop,
        round: async (): Promise<void> => {
          await made.poll();
          await made.idle();
        },
      };
    };

    const sentInto =
      (sent: string[], outcome: Outcome = 'sent') =>
      async (delivery: Delivery) => {
        sent.push(delivery.id);
        return outcome;
      };
    const event = (about: string): AuditEvent => ({
      type: 'agent.suspended',
      outcome: 'done',
      agent: about,
      owner: 'acc_o',
    });
    const later: Failed = { failure: 'not_reachable', isFinal: false };

    test('WH-01 what was noted before the process died is dispatched by the next one, once for each recipient', async () => {
      const book = newNotificationLog({ documents: store, clock, isMailed: true, isPushed: async () => false });
      const receipt = { stream: 'nod_a', sequence: 7, hash: '' };
      await book.note(event('agt_1'), receipt);
      // The same event again, as after a step that was not known to have been done.
      await book.note(event('agt_1'), receipt);
      pass(1);
      let tries = 0;
      const spread = async ({ id }: Notification): Promise<void> => {
        await put(`msg_${id}`);
        tries += 1;
        if (tries === 1) throw new StoreUnavailable('as if the process had died');
      };
      const sent: string[] = [];
      await newDeliveryWorker(sentInto(sent), { spread }).round();
      expect({ tries, sent }).toEqual({ tries: 1, sent: [expect.stringMatching(/^msg_ntf_/)] });
      const next = newDeliveryWorker(sentInto(sent), { spread });
      await next.round();
      expect(tries).toBe(1);
      pass(61);
      await next.round();
      // At least once, with one id: the receiver knows it.
      expect({ tries, ids: new Set(sent).size }).toEqual({ tries: 2, ids: 1 });
      pass(HOUR);
      await next.round();
      expect(tries).toBe(2);
    });

    test('what is about to happen is sent when it has, or after its time, and once', async () => {
      const sent: string[] = [];
      const one = newDeliveryWorker(sentInto(sent));
      await put('msg_1', 'whk_a', { holdSeconds: 15 });
      await put('msg_2', 'whk_a', { holdSeconds: 15 });
      await one.round();
      expect(sent).toEqual([]);
      await put('msg_2', 'whk_a');
      await one.round();
      expect(sent).toEqual(['msg_2']);
      pass(16);
      await one.round();
      await one.round();
      expect(sent).toEqual(['msg_2', 'msg_1']);
      // One that is being tried again is not hurried.
      const failing = newDeliveryWorker(async () => later);
      await put('msg_3');
      await failing.round();
      await put('msg_3');
      await one.round();
      expect(sent).toEqual(['msg_2', 'msg_1']);
    });

    test('WH-01 dying between the commit and the sending loses nothing', async () => {
      const { documents, breakWhen } = breakable(store);
      await put('msg_1');
      const sent: string[] = [];
      const dying = newDeliveryWorker(
        async (delivery) => {
          breakWhen(() => true);
          return Promise.reject(new Error(`never sent ${delivery.id}`));
        },
        { documents },
      );
      await dying.round();
      const next = newDeliveryWorker(sentInto(sent));
      await next.round();
      expect(sent).toEqual([]);
      pass(61);
      await next.round();
      expect(sent).toEqual(['msg_1']);
    });

    test('WH-01 dying between the sending and its being noted sends the same id and the same bytes again', async () => {
      const { documents, breakWhen } = breakable(store);
      breakWhen((_, operation) => operation === 'take');
      await put('msg_1');
      const seen: (readonly [string, string])[] = [];
      const send = async ({ id, body }: Delivery): Promise<Outcome> => {
        seen.push([id, body]);
        return 'sent';
      };
      const dying = newDeliveryWorker(send, { documents });
      await dying.round();
      expect(dying.errors).toHaveLength(1);
      const next = newDeliveryWorker(send);
      pass(61);
      await next.round();
      pass(HOUR);
      await next.round();
      expect(seen).toEqual([
        ['msg_1', '{"of":"msg_1"}'],
        ['msg_1', '{"of":"msg_1"}'],
      ]);
    });

    test('WH-01 two nodes send each message once, and never two to one recipient at a time', async () => {
      const recipients = ['whk_a', 'whk_b', 'whk_c'];
      for (let message = 0; message < 30; message += 1) await put(`msg_${message}`, recipients[message % 3]);
      const atWork = new Set<string>();
      const sent: string[] = [];
      let atOnce = 0;
      const send = async ({ id, to }: Delivery): Promise<Outcome> => {
        if (atWork.has(to)) atOnce += 1;
        atWork.add(to);
        await new Promise((resolve) => setImmediate(resolve));
        atWork.delete(to);
        sent.push(id);
        return 'sent';
      };
      const nodes = [newDeliveryWorker(send), newDeliveryWorker(send)];
      await Promise.all(nodes.map(({ round }) => round()));
      pass(1);
      await Promise.all(nodes.map(({ round }) => round()));
      expect({ sent: sent.length, different: new Set(sent).size, atOnce }).toEqual({
        sent: 30,
        different: 30,
        atOnce: 0,
      });
    });

    test('WH-01 what is put in while its recipient is worked at is seen', async () => {
      await put('msg_1');
      const sent: string[] = [];
      const { round } = newDeliveryWorker(async ({ id }) => {
        sent.push(id);
        if (id === 'msg_1') await put('msg_2');
        return 'sent';
      });
      await round();
      await round();
      expect(sent).toEqual(['msg_1', 'msg_2']);
    });

    test('WH-01 what is put in while its recipient is worked at brings no second node to it', async () => {
      await put('msg_1');
      const sent: string[] = [];
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const begun: string[] = [];
      const first = newDeliveryWorker(async ({ id }) => {
        begun.push(id);
        if (id === 'msg_1') await held;
        sent.push(id);
        return 'sent';
      });
      const working = first.round();
      while (begun.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await put('msg_2');
      const others: string[] = [];
      await newDeliveryWorker(sentInto(others)).round();
      release();
      await working;
      expect({ sent, others }).toEqual({ sent: ['msg_1', 'msg_2'], others: [] });
    });

    test('WH-04 a recipient that does not answer is tried less and less often, and delays no other', async () => {
      await put('msg_down', 'whk_down');
      await put('msg_also', 'whk_down');
      const tries: number[] = [];
      const sent: string[] = [];
      const { round } = newDeliveryWorker(async ({ id, to }) => {
        if (to !== 'whk_down') {
          sent.push(id);
          return 'sent';
        }
        tries.push(clock.now());
        return later;
      });
      const begun = clock.now();
      for (let second = 0; second < 900; second += 1) {
        if (second % 100 === 0) await put(`msg_${second}`, 'whk_up');
        await round();
        if (second % 100 === 0) expect(sent.at(-1)).toBe(`msg_${second}`);
        pass(1);
      }
      const pauses = tries.map((at, index) => at - (tries[index - 1] ?? begun)).slice(1);
      expect(pauses.length).toBeLessThan(12);
      expect(pauses.length).toBeGreaterThan(4);
      // Never sooner than after the try before, but for the jitter of the two messages.
      expect(pauses.at(-1)).toBeGreaterThan(100);
      expect(sent).toHaveLength(9);
    });

    test('WH-04 what cannot be delivered for 72 hours is given up with an event, and can be tried again under its id', async () => {
      await put('msg_1');
      const given: string[] = [];
      const giveUp = async (to: string, reason: string): Promise<void> => void given.push(`${to} ${reason}`);
      const { round } = newDeliveryWorker(async () => later, { giveUp });
      const begun = clock.now();
      while (!events.some(({ type }) => type === 'notification.undelivered')) {
        expect(clock.now() - begun).toBeLessThan(80 * HOUR);
        await round();
        pass(300);
      }
      expect(clock.now() - begun).toBeGreaterThan(68 * HOUR);
      expect(events).toMatchObject([
        {
          type: 'notification.undelivered',
          outcome: 'refused',
          target: { kind: 'webhook', id: 'whk_a' },
          inputs: { message: 'msg_1', kind: 'agent.suspended', reason: 'not_reachable' },
        },
      ]);
      const letters = deadLetters({ documents: store, audit, clock, outbox: box });
      const [letter] = (await letters.list({})).items.map(({ document }) => document);
      expect(letter).toMatchObject({
        ...{ id: 'msg_1', failure: 'not_reachable', forgetAt: clock.now() - 300 + 30 * 24 * HOUR },
      });
      const history = letter?.history ?? [];
      expect(history).toHaveLength(Math.min(40, letter?.attempts ?? 0));
      expect(history.at(-1)).toEqual({ at: clock.now() - 300, failure: 'not_reachable' });
      expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).toSorted((a, b) => a - b));
      await letters.retry('msg_1', { caller: 'acc_admin' });
      expect((await letters.list({})).items).toEqual([]);
      await expect(letters.retry('msg_1', { caller: 'acc_admin' })).rejects.toMatchObject({ code: 'not_found' });
      const sent: string[] = [];
      pass(HOUR);
      await newDeliveryWorker(sentInto(sent)).round();
      expect({ sent, last: events.at(-1)?.type }).toEqual({ sent: ['msg_1'], last: 'notification.retried' });
      expect(given).toEqual([]);
    });

    test('all dead letters are put back at once, or those for one recipient; a mail with an expired link stays', async () => {
      for (const [id, to] of [
        ['msg_1', 'whk_a'],
        ['msg_2', 'whk_a'],
        ['msg_3', 'whk_b'],
      ] as const) {
        await put(id, to);
      }
      await box.put({
        ...{ id: 'msg_sealed', channel: 'mail', to: 'acc_a', kind: 'account.reset', body: 'x', isSealed: true },
      });
      const refuses = newDeliveryWorker(async () => ({ failure: 'status_not_ok', status: 500, isFinal: true }));
      await refuses.round();
      const letters = deadLetters({ documents: store, audit, clock, outbox: box });
      expect((await letters.list({})).items).toHaveLength(4);
      const by = { caller: 'acc_admin' };
      expect(await letters.retryAll({ to: 'whk_b' }, by)).toEqual({ retried: 1, kept: 0, more: false });
      expect(await letters.retryAll({}, by)).toEqual({ retried: 2, kept: 1, more: false });
      const retried = events.filter(({ type }) => type === 'notification.retried');
      expect(retried.map(({ inputs, caller }) => [inputs?.['message'], caller]).toSorted()).toEqual([
        ['msg_1', 'acc_admin'],
        ['msg_2', 'acc_admin'],
        ['msg_3', 'acc_admin'],
      ]);
      pass(1);
      await refuses.round();
      // The attempts before are kept beside the new one.
      const again = (await letters.list({})).items.map(({ document }) => document);
      expect(again.find(({ id }) => id === 'msg_3')).toMatchObject({
        attempts: 1,
        history: [
          { at: clock.now() - 1, failure: 'status_not_ok', status: 500 },
          { at: clock.now(), failure: 'status_not_ok', status: 500 },
        ],
      });
    });

    test('WH-04 a recipient that does not answer any message for 72 hours is given up as a whole', async () => {
      const given: string[] = [];
      const giveUp = async (to: string, reason: string): Promise<void> => void given.push(`${to} ${reason}`);
      const { round } = newDeliveryWorker(async () => later, { giveUp });
      const begun = clock.now();
      for (let hour = 0; given.length === 0 && hour < 90; hour += 1) {
        await put(`msg_${hour}`);
        for (let part = 0; part < 12; part += 1) {
          await round();
          pass(300);
        }
      }
      expect(given[0]).toBe('whk_a failing');
      expect(clock.now() - begun).toBeGreaterThanOrEqual(72 * HOUR);
    });

    test('what is wrong with one message keeps no other to the same recipient waiting', async () => {
      await put('msg_bad');
      pass(1);
      await put('msg_good');
      const sent: string[] = [];
      const { round } = newDeliveryWorker(async ({ id }) => {
        if (id === 'msg_bad') return { failure: 'smtp_550', isFinal: true };
        sent.push(id);
        return 'sent';
      });
      await round();
      expect({ sent, buried: events.map(({ inputs }) => inputs?.['message']) }).toEqual({
        sent: ['msg_good'],
        buried: ['msg_bad'],
      });
    });

    test('a recipient that says it wants nothing more is given up at once', async () => {
      await put('msg_1');
      const given: string[] = [];
      const giveUp = async (to: string, reason: string): Promise<void> => void given.push(`${to} ${reason}`);
      await newDeliveryWorker(async () => ({ failure: 'gone', isFinal: true, isGone: true }), { giveUp }).round();
      expect(given).toEqual(['whk_a gone']);
    });

    test('an expired notification is not sent, not kept, and not counted against its recipient', async () => {
      await put('msg_over');
      await put('msg_good');
      const sent: string[] = [];
      const { round } = newDeliveryWorker(async ({ id }) => {
        sent.push(id);
        return id === 'msg_over' ? 'over' : 'sent';
      });
      await round();
      pass(HOUR);
      await round();
      expect({ sent: sent.toSorted(), events }).toEqual({ sent: ['msg_good', 'msg_over'], events: [] });
      const queue = await store.collection<DeliveryQueue>(DELIVERY_QUEUES).get('whk_a');
      expect(queue?.document).toMatchObject({ failures: 0, lastSuccessAt: 1_800_000_000 });
    });

    test('a recipient that says how long it wants to be left alone is left alone for so long', async () => {
      await put('msg_1');
      const tries: number[] = [];
      const { round } = newDeliveryWorker(async () => {
        tries.push(clock.now());
        return tries.length === 1 ? { ...later, retryAfterSeconds: 1000 } : 'sent';
      });
      await round();
      await put('msg_2');
      for (let second = 0; second < 1100; second += 10) {
        pass(10);
        await round();
      }
      expect(tries).toEqual([1_800_000_000, 1_800_001_000, 1_800_001_000]);
    });

    test('a delivery worker that was stopped begins nothing more', async () => {
      await put('msg_1');
      const sent: string[] = [];
      const stopped = newDeliveryWorker(sentInto(sent));
      await stopped.stop();
      await stopped.round();
      expect(sent).toEqual([]);
    });

    test('WH-02 notifications about one thing are numbered in the order of their events, also when the clock is put back', async () => {
      const book = newNotificationLog({ documents: store, clock, isMailed: true, isPushed: async () => false });
      const collection = store.collection<Notification>(NOTIFICATIONS);
      for (let place = 1; place <= 6; place += 1) {
        await book.note(event('agt_1'), { stream: 'nod_a', sequence: place, hash: '' });
        millis -= 5_000;
      }
      const found = await collection.find({
        where: { subject: 'agt_1' },
        order: { by: 'sequence', direction: 'ascending' },
      });
      expect(found).toHaveLength(6);
      const [first] = found;
      expect(found.map(({ document }) => document.sequence - (first?.document.sequence ?? 0))).toEqual([
        0, 1, 2, 3, 4, 5,
      ]);
      expect(found.map(({ document }) => document.at)).toEqual(found.map((_, index) => 1_800_000_000 - 5 * index));
    });

    test('WH-02 notifications at the same moment about one thing have different numbers', async () => {
      const book = newNotificationLog({ documents: store, clock, isMailed: true, isPushed: async () => false });
      const places = [1, 2, 3, 4, 5, 6, 7, 8];
      await Promise.all(places.map((sequence) => book.note(event('agt_1'), { stream: 'nod_a', sequence, hash: '' })));
      const found = await store.collection<Notification>(NOTIFICATIONS).find({ where: { subject: 'agt_1' } });
      expect(new Set(found.map(({ document }) => document.sequence)).size).toBe(8);
    });
  });
};

/** Signals of trusted transmitters when calls break off, meet, or come from a disabled transmitter. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { DeactivationBrake } from '../../../src/domain/identity/directories/deactivation-brake.ts';
import { signalReceiver } from '../../../src/domain/signals/receiver/signal-receiver.ts';
import { signalRecords } from '../../../src/domain/signals/receiver/signal-records.ts';
import type { Signal, Transmitter } from '../../../src/domain/signals/receiver/transmitter.ts';
import { transmitterRefusal } from '../../../src/domain/signals/receiver/transmitter-refusals.ts';
import { countedIdentifiers, movableClock, recordedAudit } from '../delegation/fakes.ts';

const BY = { caller: 'acc_admin' };
const FROM = { request: 'req_1', source: '192.0.2.1' };
const ACCOUNT = { id: 'acc_1', roles: [] };

const scene = (state: Transmitter['state'] = 'active') => {
  const clock = movableClock();
  const identifiers = countedIdentifiers();
  const audit = recordedAudit();
  const records = signalRecords({
    ...{ documents: memoryDocumentStore(), clock, identifiers, audit, clockToleranceSeconds: 0 },
  });
  const transmitter = { id: 'trm_1', state, maxAge: 3600 } as Transmitter;
  const pause = { is: true };
  const brake = {
    count: async () => {
      if (pause.is) throw transmitterRefusal('transmitter_effects_paused', { retryAfterSeconds: 600 });
    },
    activity: async () => undefined,
    contact: async () => undefined,
    resume: async () => {
      if (!pause.is) throw transmitterRefusal('transmitter_not_paused');
      pause.is = false;
    },
  } satisfies DeactivationBrake;
  const applied: string[] = [];
  const failures: Error[] = [];
  const keys = { names: ['k'] };
  const subject: { found: unknown } = { found: { account: ACCOUNT } };
  const receiver = signalReceiver({
    ...{ clock, identifiers, audit, records, brake },
    masterKey: { ordered: (...parts: readonly string[]) => keys.names.map((key) => [key, ...parts].join(' ')) },
    transmitters: { verified: async () => true },
    verifier: {
      verify: async (text) => ({
        ...{ jti: text, iat: clock.now(), claims: {}, subject: { format: 'opaque', id: text } },
        type: 'https://schemas.openid.net/secevent/caep/event-type/session-revoked',
      }),
    },
    subjects: {
      find: async () => subject.found as never,
      linked: async () => ({ account: ACCOUNT }) as never,
    },
    effects: {
      apply: async ({ id }) => {
        const failure = failures.pop();
        if (failure) throw failure;
        applied.push(id);
      },
    },
    quota: { take: async () => undefined } as never,
  });
  const receive = (jti: string) =>
    receiver.receive(jti, { ...transmitter, effects: { session_revoked: ['end_sessions'] } }, FROM);
  const states = async (): Promise<readonly Signal['state'][]> =>
    (await records.list({ transmitter: 'trm_1' })).items.map(({ document }) => document.state);
  return { audit, records, transmitter, receiver, receive, states, applied, failures, pause, keys, subject };
};

test('a resumption that broke off can be repeated, and applies what it left held', async () => {
  const { receive, receiver, transmitter, states, applied, failures } = scene();
  for (const jti of ['a', 'b', 'c']) expect(await receive(jti)).toBeUndefined();
  expect(await states()).toEqual(['held', 'held', 'held']);
  failures.push(new Error('the store is away'));
  await expect(receiver.resume(transmitter, undefined, BY)).rejects.toThrow('the store is away');
  expect(applied).toEqual([]);
  await receiver.resume(transmitter, undefined, BY);
  expect([await states(), applied.length]).toEqual([['applied', 'applied', 'applied'], 3]);
  await expect(receiver.resume(transmitter, undefined, BY)).rejects.toMatchObject({ reason: 'transmitter_not_paused' });
});

test('a signal that one node has applied is not held by another', async () => {
  const { receive, records, receiver, transmitter } = scene();
  await receive('a');
  await receiver.resume(transmitter, undefined, BY);
  const [signal] = (await records.list({ transmitter: 'trm_1' })).items;
  expect((await records.move(String(signal?.document.id), 'held')).document.state).toBe('applied');
});

test('what a disabled transmitter sends is refused, with an event', async () => {
  const { receive, audit, states } = scene('disabled');
  await expect(receive('a')).rejects.toMatchObject({ code: 'forbidden', reason: 'transmitter_disabled' });
  expect(audit.events.at(-1)).toMatchObject({ type: 'signal.refused', outcome: 'refused', error: 'access_denied' });
  expect(await states()).toEqual([]);
});

test('an event that was received stays received while the master key is rotated', async () => {
  const { receive, states, applied, pause, keys } = scene();
  pause.is = false;
  for (const names of [['old'], ['new', 'old'], ['old', 'new'], ['new', 'old']]) {
    keys.names = names;
    expect(await receive('a')).toBeUndefined();
  }
  expect([await states(), applied.length]).toEqual([['applied'], 1]);
});

test('a revocation for one session has the same answer for each person, whether there is an account or not', async () => {
  const { receiver, transmitter, subject, audit } = scene();
  const trusted = { ...transmitter, effects: { session_revoked: ['revoke_tokens'] } } as Transmitter;
  const opaque = (id: string) => ({ format: 'opaque', id }) as const;
  const asked = { format: 'complex', user: opaque('u'), session: opaque('s') } as const;
  const privileged = { account: { ...ACCOUNT, roles: ['administrator'] }, session: 's' };
  for (const found of [undefined, privileged, { account: ACCOUNT, session: 's' }]) {
    subject.found = found;
    const refused = { code: 'invalid_field', reason: 'revocation_subject_narrowed' };
    await expect(receiver.revokeAll(asked, trusted, FROM)).rejects.toMatchObject(refused);
    expect(audit.events.at(-1)).toMatchObject({ type: 'signal.refused', error: 'invalid_request', note: 'subject' });
  }
});

import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { latchedKills } from '../../../src/domain/authority/revocation/kill.ts';
import { revocation } from '../../../src/domain/authority/revocation/revocation.ts';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { EPOCHS, type Epoch, raiseEpoch, stand, unstand } from '../../../src/domain/platform/epochs/epoch.ts';
import type { Part } from '../../../src/domain/ports/revocation.ts';
import type { Kill } from '../../../src/domain/vocabulary/kill.ts';

const MADE = 1000;

/** What an exchanged token hangs on: agent `agt_a` of `acc_owner`, below a grant of `app_x` for `acc_p`. */
const PARTS: readonly Part[] = [
  { subject: 'acc_p', parties: ['agt_a'], since: MADE },
  { subject: 'acc_p', parties: ['app_x'], since: MADE },
];
const ITS_OWN = [
  'all',
  'account:acc_p',
  'agent:agt_a',
  'owner:acc_owner',
  'account:acc_owner',
  'client:app_x',
] as const;
const OTHERS = ['account:acc_q', 'agent:agt_b', 'owner:acc_p', 'client:app_y', 'account:agt_a', 'agent:app_x'] as const;

const world = async () => {
  const documents = memoryDocumentStore('refused');
  await documents.collection<Agent>(AGENTS).insert({ id: 'agt_a', owner: 'acc_owner' } as Agent);
  const latched = latchedKills();
  const epochs = documents.collection<Epoch>(EPOCHS);
  return { epochs, latched, ...revocation({ documents, latched }) };
};

const subsets = <T>(of: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: 2 ** of.length }, (_, bits) => of.filter((_one, index) => (bits >> index) & 1));

describe('LC-05 what is over in any combination', () => {
  test('LC-05 epochs: ended when any of its own is later, in any combination with others', async () => {
    for (const raised of subsets(ITS_OWN)) {
      const { epochs, ended } = await world();
      for (const key of [...raised, ...OTHERS]) await raiseEpoch(epochs, key, MADE + 1);
      expect({ raised, end: await ended(PARTS) }).toEqual({
        raised,
        end: raised.length > 0 ? 'before_epoch' : undefined,
      });
    }
  });

  test('LC-05 kills that stand: over, even for what is made later', async () => {
    for (const killed of subsets(ITS_OWN)) {
      const { epochs, ended } = await world();
      for (const key of [...killed, ...OTHERS]) await stand(epochs, key, 'kil_1', 0);
      const end = killed.length > 0 ? 'killed' : undefined;
      expect({ killed, end: await ended(PARTS) }).toEqual({ killed, end });
      expect(await ended(PARTS.map(({ since: _, ...part }) => part))).toBe(end);
    }
  });

  test('LC-05 kills this process has latched, delegations and tokens among them', async () => {
    const parts = [{ ...PARTS[0], delegation: 'dlg_1', token: 'tok_1' }, ...PARTS.slice(1)];
    for (const key of [...ITS_OWN, 'delegation:dlg_1', 'token:tok_1', ...OTHERS]) {
      const { latched, ended } = await world();
      latched.add({ id: 'kil_1', key } as Kill);
      const isOwn = !(OTHERS as readonly string[]).includes(key);
      expect({ key, end: await ended(parts) }).toEqual({ key, end: isOwn ? 'killed' : undefined });
      latched.remove('kil_1');
      expect(await ended(parts)).toBeUndefined();
    }
  });
});

test('LC-02 an epoch ends what depends on its scope by the time of that part alone', async () => {
  const { epochs, ended } = await world();
  await raiseEpoch(epochs, 'agent:agt_a', MADE + 1);
  const token = { subject: 'acc_p', parties: ['agt_a'], since: MADE + 1 };
  // The grant of the app is older; it does not hang on the agent.
  expect(await ended([token, { subject: 'acc_p', parties: ['app_x'], since: MADE }])).toBeUndefined();
  await raiseEpoch(epochs, 'account:acc_p', MADE + 1);
  expect(await ended([token, { subject: 'acc_p', parties: ['app_x'], since: MADE }])).toBe('before_epoch');
});

test('LC-02 an epoch only rises, by any sequence of changes', async () => {
  const { epochs } = await world();
  const notBefore = async () => (await epochs.get('all'))?.document.notBefore;
  await raiseEpoch(epochs, 'all', 50);
  await raiseEpoch(epochs, 'all', 40);
  await stand(epochs, 'all', 'kil_1', 30);
  expect(await notBefore()).toBe(50);
  await unstand(epochs, 'all', 'kil_2', 90);
  expect(await notBefore()).toBe(50);
  await unstand(epochs, 'all', 'kil_1', 10);
  // What a node whose clock was ahead made just before does not live again.
  expect(await notBefore()).toBe(54);
  expect((await epochs.get('all'))?.document.kills).toEqual([]);
});

test('a kill of all leaves an administrator’s client what it was given since, and ends all else', async () => {
  const { epochs, ended } = await world();
  await stand(epochs, 'all', 'kil_1', MADE);
  const part = { parties: ['app_admin'], since: MADE };
  expect(await ended([part])).toBe('killed');
  expect(await ended([part], true)).toBeUndefined();
  expect(await ended([{ ...part, since: MADE - 1 }], true)).toBe('before_epoch');
  await stand(epochs, 'client:app_admin', 'kil_2', MADE);
  expect(await ended([part], true)).toBe('killed');
});

test('of several parts, one that rests on a consent to an earlier owner ends the whole', async () => {
  const documents = memoryDocumentStore('refused');
  await documents.collection<Agent>(AGENTS).insert({ id: 'agt_a', owner: 'acc_owner', heldFrom: MADE } as Agent);
  const { ended } = revocation({ documents, latched: latchedKills() });
  const app: Part = { subject: 'acc_p', parties: ['app_x'], since: MADE };
  const consented = (consentedAt: number): Part => ({ subject: 'acc_p', parties: ['agt_a'], since: MADE, consentedAt });
  expect(await ended([app, consented(MADE - 1)])).toBe('handed_over');
  expect(await ended([consented(MADE - 1), app])).toBe('handed_over');
  expect(await ended([app, consented(MADE)])).toBeUndefined();
  expect(await ended([app])).toBeUndefined();
});

test('many who kill and lift at once lose nothing', async () => {
  const { epochs } = await world();
  await Promise.all(
    Array.from({ length: 25 }, async (_, index) => {
      await stand(epochs, 'all', `kil_${index}`, index);
      if (index % 2 === 0) await unstand(epochs, 'all', `kil_${index}`, 0);
    }),
  );
  const standing = (await epochs.get('all'))?.document.kills ?? [];
  expect([...standing].sort()).toEqual(
    Array.from({ length: 25 }, (_, index) => `kil_${index}`)
      .filter((_, index) => index % 2 === 1)
      .sort(),
  );
});

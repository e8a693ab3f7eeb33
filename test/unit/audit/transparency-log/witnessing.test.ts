/** The log asks real witnesses for cosignatures: what readers see, what is recorded, and what a log that lies gets. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../../adapters/node/identifiers.ts';
import type { AuditEvent } from '../../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../../../src/domain/audit/audit-record.ts';
import {
  type LogDocument,
  SHOWN_CHECKPOINTS,
  type ShownDocument,
  TRANSPARENCY_LOGS,
} from '../../../../src/domain/audit/transparency-log/log-documents.ts';
import { proofText, verifyProof } from '../../../../src/domain/audit/transparency-log/log-proof.ts';
import { rootOfPeaks } from '../../../../src/domain/audit/transparency-log/merkle-tree.ts';
import {
  checkpointText,
  noteSigner,
  noteVerifier,
  openCheckpoint,
} from '../../../../src/domain/audit/transparency-log/signed-note.ts';
import { transparencyLog } from '../../../../src/domain/audit/transparency-log/transparency-log.ts';
import { judged } from '../../../../src/domain/audit/transparency-log/witness-policy.ts';
import { masterKey } from '../../../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../../../src/domain/ports/document-store.ts';
import { witnessWorld } from '../../../support/witness-world.ts';

let now: number;
let documents: DocumentStore;
let world: ReturnType<typeof witnessWorld>;
let events: AuditEvent[];
let refused: string[];
let written: number;

const nodeOn = (withholds = false, on = documents) =>
  transparencyLog({
    documents: on,
    clock: { now: () => now },
    identifiers: randomIdentifiers,
    masterKey: masterKey(Buffer.alloc(32, 1), undefined),
    issuer: 'https://id.example.com',
    kept: { read: () => undefined, keep: () => undefined },
    witnesses: {
      rules: world.rules(withholds),
      audit: {
        append: async (event) => {
          events.push(event);
          return { stream: 'nod_x', sequence: 1, hash: '' };
        },
      },
      onOutcome: () => undefined,
    },
    refused: (_, problem) => refused.push(problem),
    pause: async () => undefined,
  });
type Node = ReturnType<typeof nodeOn>;

const write = async (count: number, on = documents): Promise<void> => {
  const made = Array.from({ length: count }, (_, at) => {
    const sequence = written + at + 1;
    return {
      id: recordId('nod_a', sequence),
      ...{ stream: 'nod_a', sequence, hash: String(sequence).padStart(43, 'h') },
      ...(sequence === 1 ? { opens: true } : {}),
    };
  });
  written += count;
  await on.collection<AuditRecord>(AUDIT_RECORDS).insertMany(made as unknown as readonly AuditRecord[]);
};
/** Appends so many records, and asks the witnesses a second later. */
const grow = async (node: Node, count: number): Promise<void> => {
  await write(count);
  await node.append();
  now += 1;
  await node.cosign();
};
const started = async (withholds = false): Promise<Node> => {
  const node = nodeOn(withholds);
  await node.open();
  const log = (await documents.collection<LogDocument>(TRANSPARENCY_LOGS).find({ limit: 1 }))[0]?.document;
  world.watch(String(log?.verifierKey));
  return node;
};
const quorumOf = async (node: Node) => judged((await node.head()).checkpoint, world.policy);
const inputsOf = (type: AuditEvent['type']) =>
  events.filter((event) => event.type === type).map(({ inputs }) => inputs);

beforeEach(() => {
  now = 1_800_000_000;
  documents = memoryDocumentStore();
  world = witnessWorld(['w1', 'w2', 'w3'], 2, () => now);
  events = [];
  refused = [];
  written = 0;
});

test('readers see checkpoints with cosignatures, and proofs that verify with the policy', async () => {
  const node = await started();
  await grow(node, 300);
  const { checkpoint, verifierKey, size } = await node.head();
  expect(size).toBe(300);
  expect((await quorumOf(node)).cosigned.map(({ name }) => name)).toEqual(['w1', 'w2', 'w3']);
  const proven = await node.inclusion('nod_a', 250);
  if (!proven) throw new Error('no proof');
  expect(proven.checkpoint).toBe(checkpoint);
  const verifier = noteVerifier(verifierKey);
  expect(verifyProof(proofText(proven), [verifier], world.policy)).toMatchObject({ ok: true, index: 249 });
  const bare = proofText({ ...proven, checkpoint: checkpoint.slice(0, checkpoint.indexOf('— w2')) });
  expect(verifyProof(bare, [verifier], world.policy)).toEqual({
    ok: false,
    problem: 'The checkpoint lacks the quorum of the policy: w1 cosigned it, and w2, w3 did not.',
  });
  // From here each witness gets a consistency proof.
  await grow(node, 100);
  await grow(node, 1);
  expect((await node.head()).size).toBe(401);
  expect((await quorumOf(node)).cosigned).toHaveLength(3);
  expect(events).toEqual([]);
});

test('what was appended since is not shown until witnesses were asked, and nothing is asked twice', async () => {
  const node = await started();
  await grow(node, 10);
  await write(5);
  await node.append();
  expect((await node.head()).size).toBe(10);
  expect(await node.inclusion('nod_a', 12)).toBeUndefined();
  expect(await node.tile(0, 0, 11)).toBeUndefined();
  expect(await node.bundle(0, 10)).toBeDefined();
  const { length } = world.asked;
  await node.cosign();
  await node.cosign();
  expect((await node.head()).size).toBe(15);
  expect(world.asked.length - length).toBe(3);
});

test('the first request learns the size of a witness that has watched before', async () => {
  const node = await started();
  await grow(node, 10);
  const shown = documents.collection<ShownDocument>(SHOWN_CHECKPOINTS);
  const found = (await shown.find({ limit: 1 }))[0];
  if (!found) throw new Error('nothing is shown');
  const forgotten = found.document.witnesses.map((one) => ({ ...one, size: 0 }));
  await shown.replace({ ...found.document, witnesses: forgotten }, found.version);
  const another = nodeOn();
  await grow(another, 5);
  expect((await quorumOf(another)).cosigned).toHaveLength(3);
});

describe('a witness that is down', () => {
  test('is recorded: checkpoints without it are shown, an event names it, and another when it works again', async () => {
    const node = await started();
    await grow(node, 10);
    world.down.add('w2').add('w3');
    for (let times = 0; times < 5; times += 1) await grow(node, 1);
    expect((await node.head()).size).toBe(15);
    expect(await quorumOf(node)).toMatchObject({ isMet: false, absent: ['w2', 'w3'] });
    expect(inputsOf('witness.failed')).toEqual([
      { witness: 'w2', size: 11, problem: 'not_reachable', isQuorum: false },
      { witness: 'w3', size: 11, problem: 'not_reachable', isQuorum: false },
    ]);
    expect(await node.state()).toMatchObject({
      isQuorum: false,
      witnesses: [{ name: 'w1', size: 15 }, { name: 'w2', size: 10, problem: 'not_reachable' }, { name: 'w3' }],
    });
    world.down.clear();
    now += 60;
    await node.cosign();
    // The same checkpoint, with the cosignatures that it lacked.
    expect((await node.head()).size).toBe(15);
    expect(await quorumOf(node)).toMatchObject({ isMet: true, absent: [] });
    expect(inputsOf('witness.recovered')).toEqual([
      { witness: 'w2', size: 15, missed: 5 },
      { witness: 'w3', size: 15, missed: 5 },
    ]);
    expect(await node.state()).toMatchObject({ isQuorum: true });
  });

  test('is asked less and less often, up to once a minute, and has two events in a minute at most', async () => {
    const node = await started();
    world.down.add('w2');
    for (let seconds = 0; seconds < 180; seconds += 1) await grow(node, 1);
    expect(world.asked.filter((name) => name === 'w2').length).toBeLessThan(12);
    expect(events).toHaveLength(1);
    for (let seconds = 0; seconds < 180; seconds += 1) {
      if (seconds % 2 === 0) world.down.delete('w2');
      else world.down.add('w2');
      await grow(node, 1);
    }
    expect(events.length).toBeLessThan(6);
  }, 60_000);

  test('fails closed by setting: without a quorum readers see the last checkpoint that had one', async () => {
    const node = await started(true);
    world.down.add('w2').add('w3');
    await grow(node, 10);
    await expect(node.head()).rejects.toMatchObject({ reason: 'log_not_witnessed' });
    await expect(node.inclusion('nod_a', 1)).rejects.toMatchObject({ reason: 'log_not_witnessed' });
    world.down.delete('w3');
    now += 2;
    await node.cosign();
    expect((await node.head()).size).toBe(10);
    world.down.add('w3');
    await grow(node, 7);
    // The log grows: records do not wait.
    const stored = (await documents.collection<LogDocument>(TRANSPARENCY_LOGS).find({ limit: 1 }))[0]?.document;
    expect(stored?.size).toBe(17);
    expect((await node.head()).size).toBe(10);
    expect((await quorumOf(node)).isMet).toBe(true);
    expect(await node.inclusion('nod_a', 17)).toBeUndefined();
    expect((await node.state()).isQuorum).toBe(false);
    world.down.delete('w3');
    now += 60;
    await node.cosign();
    expect((await node.head()).size).toBe(17);
  });

  test('or answers something else, is named', async () => {
    const node = await started();
    world.answers.set('w1', '— w1.example AAAA\n').set('w2', 'no line');
    world.answers.set('w3', '99999999999999999\n');
    await grow(node, 3);
    expect(inputsOf('witness.failed')).toMatchObject([
      { witness: 'w1', problem: 'answer_not_valid' },
      { witness: 'w2', problem: 'answer_not_valid' },
      { witness: 'w3', problem: 'answer_not_valid' },
    ]);
    expect((await node.head()).checkpoint.split('\n— ')).toHaveLength(2);
  });
});

describe('witness lied to', () => {
  test('a log that was put back to an older state: each witness is ahead, and the log says so', async () => {
    const node = await started();
    await grow(node, 10);
    const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
    const old = (await logs.find({ limit: 1 }))[0]?.document;
    await grow(node, 10);
    const present = (await logs.find({ limit: 1 }))[0];
    if (!old || !present) throw new Error('no log');
    // All of the store is older: its log and what readers saw.
    await logs.replace(old, present.version);
    const shown = await documents.collection<ShownDocument>(SHOWN_CHECKPOINTS).take(old.id);
    expect(shown).toBeDefined();
    const restored = nodeOn(true);
    await restored.cosign();
    expect(inputsOf('witness.failed')).toEqual(
      ['w1', 'w2', 'w3'].map((witness) => ({ witness, size: 10, problem: 'ahead', isQuorum: false })),
    );
    await expect(restored.head()).rejects.toMatchObject({ reason: 'log_not_witnessed' });
  });

  test('two views of one log: no witness cosigns the second', async () => {
    const node = await started();
    await grow(node, 10);
    const copy = memoryDocumentStore();
    const stored = (await documents.collection<LogDocument>(TRANSPARENCY_LOGS).find({ limit: 1 }))[0]?.document;
    if (!stored) throw new Error('no log');
    // The same log from size 0, with other records.
    const empty = { ...stored, size: 0, peaks: [], cursors: [], tail: [], bundled: 0 };
    const other = nodeOn(false, copy);
    await other.open();
    const logs = copy.collection<LogDocument>(TRANSPARENCY_LOGS);
    const own = (await logs.find({ limit: 1 }))[0];
    if (!own) throw new Error('no log');
    await logs.take(own.document.id);
    const secret = masterKey(Buffer.alloc(32, 1), undefined).open(`transparency-log/${stored.id}`, stored.sealed);
    const signs = noteSigner(stored.origin, JSON.parse(secret));
    const root = rootOfPeaks([]);
    await logs.insert({ ...empty, checkpoint: signs.sign(checkpointText({ origin: stored.origin, size: 0, root })) });
    written = 100;
    await copy.collection<AuditRecord>(AUDIT_RECORDS).insertMany(
      Array.from({ length: 12 }, (_, at) => ({
        id: recordId('nod_b', at + 1),
        ...{ stream: 'nod_b', sequence: at + 1, hash: 'x'.repeat(43) },
        ...(at === 0 ? { opens: true } : {}),
      })) as unknown as readonly AuditRecord[],
    );
    const forked = nodeOn(false, copy);
    await forked.append();
    now += 1;
    await forked.cosign();
    expect(inputsOf('witness.failed')).toMatchObject(
      ['w1', 'w2', 'w3'].map((witness) => ({ witness, size: 12, problem: 'not_consistent', isQuorum: false })),
    );
    expect(openCheckpoint((await forked.head()).checkpoint, noteVerifier(stored.verifierKey))?.size).toBe(12);
    expect(judged((await forked.head()).checkpoint, world.policy).cosigned).toEqual([]);
  });
});

describe('an editor of the database', () => {
  const edit = async (change: (shown: ShownDocument) => ShownDocument): Promise<void> => {
    const shown = documents.collection<ShownDocument>(SHOWN_CHECKPOINTS);
    const found = (await shown.find({ limit: 1 }))[0];
    if (!found) throw new Error('nothing is shown');
    await shown.replace(change(found.document), found.version);
  };

  test('cannot show a checkpoint without a quorum where one is required', async () => {
    const node = await started(true);
    await grow(node, 10);
    const { checkpoint } = await node.head();
    await edit((shown) => ({ ...shown, checkpoint: checkpoint.slice(0, checkpoint.indexOf('— w2')) }));
    await expect(node.head()).rejects.toMatchObject({ reason: 'log_not_witnessed' });
  });

  test('cannot show an older checkpoint, or another text', async () => {
    const node = await started();
    await grow(node, 10);
    const { checkpoint } = await node.head();
    await grow(node, 10);
    expect((await node.head()).size).toBe(20);
    await edit((shown) => ({ ...shown, checkpoint, size: 10 }));
    await expect(node.head()).rejects.toMatchObject({ reason: 'log_not_trusted' });
    expect(refused).toEqual(['readers saw 20 entries, and are to see 10']);
    await edit((shown) => ({ ...shown, checkpoint: checkpoint.replace('\n10\n', '\n9\n') }));
    await expect(node.head()).rejects.toMatchObject({ reason: 'log_not_trusted' });
  });
});

test('of two nodes one asks: the other leaves it to that one', async () => {
  const [first, second] = [await started(), nodeOn()];
  await grow(first, 5);
  await second.cosign();
  const { length } = world.asked;
  await write(5);
  await first.append();
  now += 1;
  await first.cosign();
  await second.cosign();
  expect(world.asked.length - length).toBe(3);
  expect((await second.head()).size).toBe(10);
});

/** Discovery reads each record once, over all nodes and crashes, and sweeps over everything there is. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../../src/domain/audit/audit-record.ts';
import { heldDocuments } from '../../../src/domain/audit/held-documents.ts';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { AGENT_USE, type AgentUse } from '../../../src/domain/clients/agents/agent-last-used.ts';
import { CLIENTS, type Client } from '../../../src/domain/clients/clients/client.ts';
import { CLIENT_ACTIVITY, type ClientActivity, withTokens } from '../../../src/domain/governance/client-activity.ts';
import { type Discovery, discovery } from '../../../src/domain/governance/discovery.ts';
import { dueSubjects } from '../../../src/domain/governance/discovery-due.ts';
import { DISCOVERY_STATES, type DiscoveryState } from '../../../src/domain/governance/discovery-lock.ts';
import { discoverySweeps } from '../../../src/domain/governance/discovery-sweep.ts';
import { type Examiner, examiner } from '../../../src/domain/governance/examiner.ts';
import { FINDINGS, type Finding, findingId } from '../../../src/domain/governance/finding.ts';
import { findingWriter } from '../../../src/domain/governance/finding-writer.ts';
import { entryId, INVENTORY_ENTRIES, type InventoryEntry } from '../../../src/domain/governance/inventory.ts';
import { reporterFindings } from '../../../src/domain/governance/reporter-findings.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { recordingAudit } from '../../support/recording-audit.ts';

const START = 1_790_000_000;
const DAY = 86_400;
/** Seconds after which counts are stored. */
const HELD = 86_400;

/** A store with nodes on it, whose clock the test sets. */
const world = (documents: DocumentStore = memoryDocumentStore(), mostHeld = 2000) => {
  const audit = recordingAudit();
  const time = { now: START };
  const evaluated: number[] = [];
  const examinedIds: string[] = [];
  const finished: string[] = [];
  const clock = { now: () => time.now, nowMillis: () => time.now * 1000 };
  const node = (name: string, store: DocumentStore = documents): Discovery => {
    const writer = findingWriter({ documents: store, audit, clock });
    const reporters = reporterFindings({
      ...{ documents: store, clock, writer },
      nameOf: {
        unknown_tokens: async (id) => (id === 'rs_1' ? 'Books' : undefined),
        unknown_subjects: async (id) => (id === 'trm_1' ? 'Directory' : undefined),
      },
    });
    const activities = heldDocuments(store.collection<ClientActivity>(CLIENT_ACTIVITY), {
      ...{ most: mostHeld, clock, pause: async () => undefined },
    });
    const examined = examiner({
      ...{ documents: store, clock, writer, activities },
      uses: { lastUses: async () => new Map() },
      effective: { getMany: async () => [] },
      documentClients: { get: async () => undefined },
      async finish({ subject }) {
        finished.push(subject);
      },
    });
    const noting: Examiner = {
      examine(ids) {
        const all = [...ids];
        examinedIds.push(...all);
        return examined.examine(all);
      },
    };
    return discovery({
      ...{ documents: store, recent: undefined, clock, examiner: noting, activities, node: name },
      due: dueSubjects({ documents: store, examiner: noting, clock }),
      sweeps: discoverySweeps({ documents: store, examiner: examined, settle: reporters.settle }),
      responses: {
        note: () => undefined,
        evaluate: async () => {
          evaluated.push(time.now);
        },
        changed: () => 0,
        store: async () => 0,
        forget: () => undefined,
      },
      digestOf: (client, network) => `${client} ${network}`,
      reported: reporters.reported,
      mostHeld,
      pause: async () => undefined,
    });
  };
  let sequence = 0;
  const tokens = async (client: string, count: number): Promise<void> => {
    const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
    for (let index = 0; index < count; index += 1) {
      sequence += 1;
      await records.insert({
        ...{ id: recordId('s', sequence), stream: 's', sequence, at: time.now * 1000, prev: '', hash: `${sequence}` },
        ...{ writer: 'w', type: 'token.issued', caller: client, ...(sequence === 1 ? { opens: true as const } : {}) },
        event: { type: 'token.issued', outcome: 'granted', caller: client, grantType: 'client_credentials' },
      });
    }
  };
  const recorded = async (event: AuditEvent): Promise<void> => {
    sequence += 1;
    await documents.collection<AuditRecord>(AUDIT_RECORDS).insert({
      ...{ id: recordId('s', sequence), stream: 's', sequence, at: time.now * 1000, prev: '', hash: `${sequence}` },
      ...{ writer: 'w', type: event.type, event: event as AuditRecord['event'] },
      ...(sequence === 1 ? { opens: true as const } : {}),
    });
  };
  const counted = async (client: string): Promise<number> => {
    const found = await documents.collection<ClientActivity>(CLIENT_ACTIVITY).get(client);
    return found?.document.days.reduce((sum, { unattended }) => sum + unattended, 0) ?? 0;
  };
  const findings = async (): Promise<readonly Finding[]> =>
    (await documents.collection<Finding>(FINDINGS).find({ limit: 1000 })).map(({ document }) => document);
  return { documents, audit, time, evaluated, examinedIds, finished, node, tokens, recorded, counted, findings };
};

const client = (id: string, more: Partial<Client> = {}): Client => ({
  ...{ id, name: 'Invoice agent', applicationType: 'web', tokenEndpointAuthMethod: 'private_key_jwt' },
  ...{ owner: 'acc_1', grantTypes: ['client_credentials'], redirectUris: [], postLogoutRedirectUris: [] },
  ...{ corsOrigins: [], skipConsent: false, dpopBoundAccessTokens: false, idTokenSignedResponseAlg: 'RS256' },
  ...{ roles: [], state: 'active', createdAt: START, updatedAt: START },
  ...more,
});

/** The store, and how often the state of the reader was read from it. */
const countingStates = (documents: DocumentStore) => {
  const reads = { count: 0 };
  const store: DocumentStore = {
    ...documents,
    collection(declaration) {
      const collection = documents.collection<never>(declaration);
      const get = (id: string) => {
        reads.count += 1;
        return collection.get(id);
      };
      return (declaration.name === DISCOVERY_STATES.name ? { ...collection, get } : collection) as never;
    },
  };
  return { reads, store };
};

describe('reading the log', () => {
  test('a node that does not read asks the store when the lock of the other one may end, and not at each poll', async () => {
    const { node, documents, time, tokens, counted } = world();
    const { reads, store } = countingStates(documents);
    const [first, second] = [node('one'), node('two', store)];
    await tokens('app_1', 3);
    await first.poll();
    for (let polls = 0; polls < 59; polls += 1) {
      await second.poll();
      time.now += 1;
    }
    expect(reads.count).toBe(1);
    // The first one has crashed: the other one takes over as soon as its lock is over.
    time.now += 1;
    await second.poll();
    time.now += HELD;
    await second.poll();
    expect(await counted('app_1')).toBe(3);
  });

  test('one node at a time reads, another one goes on after its lock has ended, and nothing counts twice', async () => {
    const { node, tokens, counted, time } = world();
    const [first, second] = [node('one'), node('two')];
    await tokens('app_1', 3);
    await first.poll();
    await second.poll();
    time.now += HELD;
    await first.poll();
    expect(await counted('app_1')).toBe(3);
    await tokens('app_1', 4);
    await first.poll();
    await second.poll();
    expect(await counted('app_1')).toBe(3);
    // The first one has crashed: what it held is read again.
    time.now += 61;
    await second.poll();
    time.now += HELD;
    await second.poll();
    expect(await counted('app_1')).toBe(7);
    await first.poll();
    await second.poll();
    expect(await counted('app_1')).toBe(7);
  });

  test('rules act at each poll; counts are stored after a day, or when many clients have some', async () => {
    const { node, tokens, counted, time, evaluated } = world();
    const reader = node('one');
    await tokens('app_1', 1);
    await reader.poll();
    time.now += 2;
    await tokens('app_1', 1);
    await reader.poll();
    expect([evaluated.length, await counted('app_1')]).toEqual([2, 0]);
    time.now += HELD;
    await reader.poll();
    expect(await counted('app_1')).toBe(2);
    for (let index = 0; index < 2000; index += 1) await tokens(`app_${index}`, 1);
    await reader.poll();
    expect([await counted('app_1'), await counted('app_1999')]).toEqual([3, 1]);
  });

  test('many counts are stored in slices: between two of them rules act, and the lock is extended', async () => {
    const documents = memoryDocumentStore();
    const { node, tokens, counted, time, evaluated } = world(documents, 5000);
    const other = node('two');
    let [written, sinceEvaluated, mostWritten, evaluations] = [0, 0, 0, 0];
    // Each document takes so long that the lock ends before all are stored, and the other node looks for it.
    const slow: DocumentStore = {
      ...documents,
      collection(declaration) {
        const collection = documents.collection<never>(declaration);
        if (declaration.name !== CLIENT_ACTIVITY.name) return collection as never;
        const insert: typeof collection.insert = async (document) => {
          written += 1;
          if (written % 70 === 0) time.now += 1;
          sinceEvaluated = evaluations === evaluated.length ? sinceEvaluated + 1 : 1;
          evaluations = evaluated.length;
          mostWritten = Math.max(mostWritten, sinceEvaluated);
          if (written === 4900) await other.poll();
          return collection.insert(document);
        };
        return { ...collection, insert } as never;
      },
    };
    for (let index = 0; index < 5000; index += 1) await tokens(`app_${index}`, 1);
    const reader = node('one', slow);
    await reader.poll();
    // What is read meanwhile counts, and is stored later.
    await tokens('app_0', 1);
    for (let polls = 0; polls < 4; polls += 1) await reader.poll();
    const state = (await documents.collection<DiscoveryState>(DISCOVERY_STATES).get('discovery'))?.document;
    expect(state).toMatchObject({ lockedBy: 'one', cursors: [{ stream: 's', sequence: 5000 }] });
    expect([written, mostWritten, await counted('app_0'), await counted('app_4999')]).toEqual([5000, 2000, 1, 1]);
    time.now += HELD;
    await reader.poll();
    expect(await counted('app_0')).toBe(2);
  });

  test('a process that had the lock, lost it and takes it again counts on from where the other one stored', async () => {
    const { node, tokens, counted, time } = world();
    const [first, second] = [node('one'), node('two')];
    await tokens('app_1', 2);
    await first.poll();
    time.now += 61;
    await tokens('app_1', 3);
    await second.poll();
    time.now += HELD;
    await second.poll();
    expect(await counted('app_1')).toBe(5);
    await tokens('app_1', 1);
    time.now += 61;
    await first.poll();
    time.now += HELD;
    await first.poll();
    expect(await counted('app_1')).toBe(6);
  });

  test('a crash between counters and cursors counts nothing twice', async () => {
    const documents = memoryDocumentStore();
    const { node, tokens, counted, time } = world(documents);
    let isFailing = true;
    const failing: DocumentStore = {
      ...documents,
      collection(declaration) {
        const collection = documents.collection<never>(declaration);
        const fails = declaration.name === DISCOVERY_STATES.name;
        const replace: typeof collection.replace = async (document, version) => {
          if (fails && isFailing && (document as DiscoveryState).cursors.length > 0)
            throw new Error('the process ends here');
          return collection.replace(document, version);
        };
        return { ...collection, replace } as never;
      },
    };
    await tokens('app_1', 6);
    const crashing = node('one', failing);
    await crashing.poll();
    time.now += HELD - 1;
    await crashing.poll();
    expect(await counted('app_1')).toBe(0);
    time.now += 1;
    await expect(crashing.poll()).rejects.toThrow('ends here');
    expect(await counted('app_1')).toBe(6);
    isFailing = false;
    const next = node('two');
    time.now += 61;
    await next.poll();
    time.now += HELD;
    await next.poll();
    expect(await counted('app_1')).toBe(6);
  });

  test('a token that makes no other finding possible leads to no examination; a sign does', async () => {
    const { documents, node, tokens, time, examinedIds } = world();
    await documents.collection<Client>(CLIENTS).insert(client('app_1'));
    const reader = node('one');
    // The sweep over everything is over.
    for (let turn = 0; turn < 4; turn += 1) await reader.poll();
    examinedIds.length = 0;
    for (let turn = 0; turn < 6; turn += 1) {
      // New streams are looked for every ten seconds.
      time.now += 10;
      await tokens('app_1', 1);
      await reader.poll();
    }
    // The first one, and the fifth: nine of ten are without a person.
    expect(examinedIds).toEqual(['app_1', 'app_1']);
  });

  test('an undeclared agent is found once, by any number of nodes', async () => {
    const { documents, node, tokens, findings, audit } = world();
    await documents.collection<Client>(CLIENTS).insert(client('app_1'));
    await tokens('app_1', 6);
    await Promise.all([node('one').poll(), node('two').poll(), node('three').poll()]);
    const found = (await findings()).filter(({ kind }) => kind === 'undeclared_agent');
    expect(found).toMatchObject([{ subject: 'app_1', score: 50, state: 'open' }]);
    const opened = audit.of('finding.opened').filter(({ inputs }) => inputs?.['kind'] === 'undeclared_agent');
    expect(opened).toHaveLength(1);
  });

  test('tokens of agents, of the command line, and of unknown ids make no findings', async () => {
    const { node, tokens, findings } = world();
    for (const id of ['agt_1', 'behalf-cli', 'app_unknown']) await tokens(id, 6);
    await node('one').poll();
    expect(await findings()).toEqual([]);
  });
});

describe('the sweep', () => {
  test('covers all agents and clients: the oldest of many, without any event', async () => {
    const { documents, node, findings } = world();
    const agents = documents.collection<Agent>(AGENTS);
    const many = 1_300;
    for (let index = 0; index < many; index += 1) {
      await agents.insert({
        ...{ id: `agt_${String(index).padStart(5, '0')}`, name: 'Clerk', owner: 'acc_1', purpose: 'Books' },
        ...{ environment: 'test', redirectUris: [], grantTypes: [], dpopBoundAccessTokens: false, resourceServers: [] },
        ...{ createdAt: START - many + index, updatedAt: START, state: 'active' },
        ...(index === 0 ? { expiresAt: START + 86_400 } : {}),
      });
    }
    await documents.collection<Client>(CLIENTS).insert(client('app_old', { requirePkce: false }));
    const reader = node('one');
    for (let rounds = 0; rounds < 20; rounds += 1) await reader.poll();
    expect((await findings()).map(({ kind, subject }) => [kind, subject]).sort()).toEqual([
      ['exceptions', 'app_old'],
      ['expiring', 'agt_00000'],
      ['unowned_client', 'app_old'],
    ]);
  });

  test('of many agents goes on where it stopped, when the process that swept has ended', async () => {
    const { documents, node, time, findings } = world();
    const plain: Omit<Agent, 'id'> = {
      ...{ name: 'Clerk', owner: 'acc_1', purpose: 'Books', environment: 'test', redirectUris: [], grantTypes: [] },
      ...{ dpopBoundAccessTokens: false, resourceServers: [], createdAt: START, updatedAt: START, state: 'active' },
    };
    const many = 52 * 160;
    const all = Array.from({ length: many }, (_, index): Agent => {
      const id = `agt_${String(index).padStart(5, '0')}`;
      return { ...plain, id, ...(index === many - 1 ? { expiresAt: START + 86_400 } : {}) };
    });
    await documents.collection<Agent>(AGENTS).insertMany(all);
    const states = documents.collection<DiscoveryState>(DISCOVERY_STATES);
    const [first, second] = [node('one'), node('two')];
    for (let polls = 0; polls < 51; polls += 1) await first.poll();
    expect((await states.get('discovery'))?.document.sweep).toEqual({ part: 'agents', after: { id: 'agt_07999' } });
    expect(await findings()).toEqual([]);
    time.now += 61;
    // Two parts of agents, an empty one of each kind, and that is all: 52 would be needed from the beginning.
    for (let polls = 0; polls < 5; polls += 1) await second.poll();
    expect((await findings()).map(({ kind, subject }) => [kind, subject])).toEqual([['expiring', 'agt_08319']]);
    expect((await states.get('discovery'))?.document).toMatchObject({ sweptAt: time.now });
  });

  test('of many agents has those first that come due: an end, a token long ago, a dismissal that is over, another owner', async () => {
    const { documents, node, recorded, time, findings, examinedIds } = world();
    const plain: Omit<Agent, 'id'> = {
      ...{ name: 'Clerk', owner: 'acc_1', purpose: 'Books', environment: 'test', redirectUris: [], grantTypes: [] },
      ...{ dpopBoundAccessTokens: false, resourceServers: [], createdAt: START, updatedAt: START, state: 'active' },
    };
    const idOf = (index: number) => `agt_${String(index).padStart(5, '0')}`;
    const soon = START + 100;
    const special: Readonly<Record<number, Partial<Agent>>> = {
      4001: { expiresAt: soon + 30 * DAY },
      4002: { credentialsEndAt: soon + 30 * DAY },
      4003: { createdAt: soon - 30 * DAY },
      4004: { owner: 'acc_2' },
      4005: { expiresAt: soon + 31 * DAY },
    };
    const all = Array.from({ length: 4100 }, (_, index) => ({ ...plain, id: idOf(index), ...special[index] }));
    await documents.collection<Agent>(AGENTS).insertMany(all);
    await documents.collection<AgentUse>(AGENT_USE).insertMany([
      { id: idOf(4003), owner: 'acc_1', usedAt: soon - 30 * DAY, idleFrom: soon - 30 * DAY },
      { id: idOf(4000), owner: 'acc_1', usedAt: soon, idleFrom: soon },
    ]);
    await documents.collection<Finding>(FINDINGS).insert({
      ...{ id: findingId('secrets', idOf(4006)), kind: 'secrets', subjectKind: 'agent', subject: idOf(4006) },
      ...{ name: 'Clerk', state: 'dismissed', until: soon, score: 70, parts: [], evidence: [] },
      ...{ foundAt: START, createdAt: START, updatedAt: START },
    });
    const reader = node('one');
    await reader.poll();
    await recorded({ type: 'account.disabled', outcome: 'done', target: { kind: 'account', id: 'acc_2' } });
    time.now += 10;
    await reader.poll();
    examinedIds.length = 0;
    time.now = soon + 1;
    await reader.poll();
    expect([...new Set(examinedIds)].sort()).toEqual([4001, 4002, 4003, 4004, 4006].map(idOf));
    expect((await findings()).map(({ kind, subject, state }) => [kind, subject, state]).sort()).toEqual([
      ['expiring', idOf(4001), 'open'],
      ['expiring', idOf(4002), 'open'],
      ['secrets', idOf(4006), 'resolved'],
      ['unused', idOf(4003), 'open'],
    ]);
    // Nothing is due twice.
    examinedIds.length = 0;
    time.now += 120;
    await reader.poll();
    expect(examinedIds).toEqual([]);
  });

  test('an app of another system has its finding again once the dismissal is over', async () => {
    const { documents, node, time, findings, audit } = world();
    const id = entryId('entra', 'mailer');
    await documents.collection<InventoryEntry>(INVENTORY_ENTRIES).insert({
      ...{ id, source: 'entra', externalId: 'mailer', name: 'Mailer', secrets: 1, state: 'present' },
      ...{ createdAt: START, updatedAt: START },
    });
    await documents.collection<Finding>(FINDINGS).insert({
      ...{ id: findingId('unknown_app', id), kind: 'unknown_app', subjectKind: 'inventory_entry', subject: id },
      ...{ name: 'Mailer', state: 'dismissed', until: START + 200, score: 45, dismissedScore: 45, evidence: [] },
      ...{ parts: [], foundAt: START, createdAt: START, updatedAt: START },
    });
    const reader = node('one');
    for (let polls = 0; polls < 4; polls += 1) await reader.poll();
    time.now = START + 199;
    await reader.poll();
    expect(await findings()).toMatchObject([{ state: 'dismissed' }]);
    time.now = START + 260;
    await reader.poll();
    expect(await findings()).toMatchObject([{ kind: 'unknown_app', subject: id, state: 'open' }]);
    expect(audit.of('finding.opened')).toMatchObject([{ note: 'the time of the dismissal is over' }]);
  });

  test('an owner group that changes every few seconds is due within about a minute, and once more after its last change', async () => {
    const { documents, node, recorded, time, examinedIds } = world();
    await documents.collection<Agent>(AGENTS).insert({
      ...{ id: 'agt_1', name: 'Clerk', owner: 'grp_1', purpose: 'Books', environment: 'test', redirectUris: [] },
      ...{ grantTypes: [], dpopBoundAccessTokens: false, resourceServers: [] },
      ...{ createdAt: START, updatedAt: START, state: 'active' },
    });
    const reader = node('one');
    for (let polls = 0; polls < 4; polls += 1) await reader.poll();
    const due = async (seconds: number, isChanging: boolean): Promise<number> => {
      examinedIds.length = 0;
      for (let at = 0; at < seconds; at += 5) {
        time.now += 5;
        if (isChanging)
          await recorded({ type: 'group.updated', outcome: 'done', target: { kind: 'group', id: 'grp_1' } });
        // The sweep examines by itself, and is not noted.
        await reader.poll();
      }
      return examinedIds.length;
    };
    expect(await due(300, true)).toBeGreaterThanOrEqual(4);
    expect(await due(120, false)).toBeGreaterThanOrEqual(1);
    expect(await due(120, false)).toBe(0);
  });

  test('what is due by time comes before the agents of a changed owner, however many they are', async () => {
    const { documents, node, recorded, time, examinedIds } = world();
    const plain: Omit<Agent, 'id'> = {
      ...{ name: 'Clerk', owner: 'grp_1', purpose: 'Books', environment: 'test', redirectUris: [], grantTypes: [] },
      ...{ dpopBoundAccessTokens: false, resourceServers: [], createdAt: START, updatedAt: START, state: 'active' },
    };
    const ofGroup = Array.from({ length: 400 }, (_, index) => ({ ...plain, id: `agt_${1000 + index}` }));
    const reader = node('one');
    for (let polls = 0; polls < 4; polls += 1) await reader.poll();
    await documents
      .collection<Agent>(AGENTS)
      .insertMany([...ofGroup, { ...plain, id: 'agt_ending', owner: 'acc_1', expiresAt: START + 60 + 30 * DAY }]);
    await recorded({ type: 'group.updated', outcome: 'done', target: { kind: 'group', id: 'grp_1' } });
    time.now += 61;
    // The first poll notes the event, if it was not read before.
    for (let polls = 0; polls < 2 && examinedIds.length === 0; polls += 1) await reader.poll();
    expect(examinedIds[0]).toBe('agt_ending');
    expect(examinedIds.length).toBeLessThanOrEqual(161);
  });

  test('what comes due of many at once is examined a part at a time, and again from its begin by the next process', async () => {
    const { documents, node, time, findings, examinedIds } = world();
    const plain: Omit<Agent, 'id'> = {
      ...{ name: 'Clerk', owner: 'acc_1', purpose: 'Books', environment: 'test', redirectUris: [], grantTypes: [] },
      ...{ dpopBoundAccessTokens: false, resourceServers: [], createdAt: START, updatedAt: START, state: 'active' },
    };
    const end = START + 60 + 30 * DAY;
    const all = Array.from({ length: 400 }, (_, index) => ({ ...plain, id: `agt_${1000 + index}`, expiresAt: end }));
    const reader = node('one');
    for (let polls = 0; polls < 4; polls += 1) await reader.poll();
    await documents.collection<Agent>(AGENTS).insertMany(all);
    time.now += 61;
    const counts: number[] = [];
    const poll = async (one: Discovery) => {
      examinedIds.length = 0;
      await one.poll();
      counts.push(examinedIds.length);
    };
    await poll(reader);
    // The process ends, and another one has the lock.
    time.now += 61;
    const next = node('two');
    for (let polls = 0; polls < 4; polls += 1) await poll(next);
    expect(counts).toEqual([160, 160, 160, 80, 0]);
    expect(await findings()).toHaveLength(400);
  });

  test('resolves a finding whose reason is gone, and opens it again, with an event each', async () => {
    const { documents, node, findings, time, audit } = world();
    const clients = documents.collection<Client>(CLIENTS);
    await clients.insert(client('app_1', { purpose: 'Books', requirePkce: false }));
    const reader = node('one');
    const swept = async (): Promise<readonly string[]> => {
      time.now += 601;
      for (let polls = 0; polls < 6; polls += 1) await reader.poll();
      return (await findings()).map(({ kind, state }) => `${kind} ${state}`);
    };
    const change = async (requirePkce: boolean): Promise<void> => {
      const found = await clients.get('app_1');
      if (found) await clients.replace({ ...found.document, requirePkce }, found.version);
    };
    expect(await swept()).toEqual(['exceptions open']);
    await change(true);
    expect(await swept()).toEqual(['exceptions resolved']);
    await change(false);
    expect(await swept()).toEqual(['exceptions open']);
    expect(audit.events.map(({ type }) => type)).toEqual(['finding.opened', 'finding.resolved', 'finding.opened']);
  });

  test('resolves the findings of a client that is gone', async () => {
    const { documents, node, tokens, findings, time } = world();
    const clients = documents.collection<Client>(CLIENTS);
    await clients.insert(client('app_1', { purpose: 'Books' }));
    await tokens('app_1', 40);
    const reader = node('one');
    for (let rounds = 0; rounds < 8; rounds += 1) await reader.poll();
    await clients.take('app_1');
    time.now += 601;
    for (let rounds = 0; rounds < 8; rounds += 1) await reader.poll();
    expect((await findings()).filter(({ state }) => state !== 'resolved')).toEqual([]);
  });
});

test('a quarantine that a crash left is finished after its event, and does not wait for the sweep', async () => {
  const { documents, node, recorded, time, finished } = world();
  await documents.collection<Client>(CLIENTS).insert(client('app_1'));
  const reader = node('one');
  // The sweep over everything is over, and the process that began the quarantine has ended.
  for (let turn = 0; turn < 4; turn += 1) await reader.poll();
  const id = findingId('undeclared_agent', 'app_1');
  await documents.collection<Finding>(FINDINGS).insert({
    ...{ id, kind: 'undeclared_agent', subjectKind: 'client', subject: 'app_1', name: 'Invoice agent' },
    ...{ state: 'quarantined', score: 50, parts: [], evidence: [] },
    ...{ foundAt: START, createdAt: START, updatedAt: START },
  });
  await recorded({
    ...{ type: 'finding.quarantined', outcome: 'done', caller: 'acc_1', target: { kind: 'finding', id } },
    inputs: { kind: 'undeclared_agent', subject: 'app_1', score: 50 },
  });
  expect(finished).toEqual([]);
  // New streams are looked for every ten seconds.
  time.now += 10;
  await reader.poll();
  expect(finished).toEqual(['app_1']);
});

test('a damaged count of one client holds up no others', async () => {
  const documents = memoryDocumentStore();
  const { node, tokens, counted, time } = world(documents);
  await tokens('app_1', 2);
  const damaged: DocumentStore = {
    ...documents,
    collection(declaration) {
      const collection = documents.collection<never>(declaration);
      const isCounts = declaration.name === CLIENT_ACTIVITY.name;
      const get: typeof collection.get = async (id) => (isCounts && id === 'app_1' ? undefined : collection.get(id));
      return { ...collection, get } as never;
    },
  };
  const before = withTokens('app_1', undefined, [{ id: 'r', stream: 'r', sequence: 1, at: START }]);
  if (!before) throw new Error('no activity');
  await documents.collection<ClientActivity>(CLIENT_ACTIVITY).insert(before);
  await tokens('app_2', 3);
  const reader = node('one', damaged);
  await reader.poll();
  time.now += HELD;
  await reader.poll();
  expect([await counted('app_1'), await counted('app_2')]).toEqual([1, 3]);
  const state = await documents.collection<DiscoveryState>(DISCOVERY_STATES).find({ limit: 1 });
  expect(state[0]?.document.cursors).toEqual([{ stream: 's', sequence: 5 }]);
});

describe('what others name and this server does not know', () => {
  const signal = (transmitter: string, note?: string): AuditEvent => ({
    ...{ type: 'signal.received', outcome: 'done', caller: 'app_hr', inputs: { transmitter, effects: [] } },
    ...(note === undefined ? {} : { note }),
  });

  test('events of a transmitter about unknown subjects are one finding, which ends after seven quiet days', async () => {
    const { node, recorded, findings, audit, time } = world();
    const reader = node('one');
    await recorded(signal('trm_1', 'unknown_subject'));
    await recorded(signal('trm_1', 'unknown_subject'));
    await recorded(signal('trm_1'));
    await recorded(signal('trm_1', 'event_not_accepted'));
    await reader.poll();
    const evidence = [recordId('s', 1), recordId('s', 2)];
    expect(await findings()).toMatchObject([
      {
        ...{ kind: 'unknown_subjects', subjectKind: 'transmitter', subject: 'trm_1', name: 'Directory', state: 'open' },
        ...{ score: 30, parts: [{ reason: 'unknown_subjects', points: 30, value: 2 }], evidence },
      },
    ]);
    expect(audit.of('finding.opened')).toMatchObject([{ caller: 'system', inputs: { kind: 'unknown_subjects' } }]);
    time.now += 3 * DAY;
    await reader.poll();
    expect(await findings()).toMatchObject([{ state: 'open' }]);
    time.now += 5 * DAY;
    // A sweep looks at agents, clients and findings one after the other.
    for (let turn = 0; turn < 4; turn += 1) await reader.poll();
    expect(await findings()).toMatchObject([{ state: 'resolved' }]);
    expect(audit.of('finding.resolved')).toHaveLength(1);
  });

  test('each event counts, also within an hour of the last; after a day the count begins again', async () => {
    const { node, recorded, findings, time } = world();
    const reader = node('one');
    const value = async () => (await findings())[0]?.parts[0]?.value;
    for (let minute = 0; minute < 50; minute += 1) {
      for (let turn = 0; turn < 3; turn += 1) await recorded(signal('trm_1', 'unknown_subject'));
      await reader.poll();
      time.now += 60;
    }
    expect(await value()).toBe(150);
    time.now += DAY;
    for (let turn = 0; turn < 3; turn += 1) {
      await recorded(signal('trm_1', 'unknown_subject'));
      await reader.poll();
      time.now += 60;
    }
    expect(await value()).toBe(3);
    expect(await findings()).toMatchObject([{ state: 'open', foundAt: START }]);
  });

  test('of a transmitter that was removed they are no finding', async () => {
    const { node, recorded, findings } = world();
    await recorded(signal('trm_gone', 'unknown_subject'));
    await node('one').poll();
    expect(await findings()).toEqual([]);
  });
});

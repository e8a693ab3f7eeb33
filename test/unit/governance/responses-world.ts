/** Response rules on a log in memory: what reads it, what acts, and the registries behind. */
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../../src/domain/audit/audit-record.ts';
import { listEvents } from '../../../src/domain/audit/list-events.ts';
import { storedFleet } from '../../../src/domain/governance/responses/fleet-networks.ts';
import { personWatch } from '../../../src/domain/governance/responses/person-watch.ts';
import { responseActs } from '../../../src/domain/governance/responses/response-acts.ts';
import { responseList } from '../../../src/domain/governance/responses/response-list.ts';
import { responseRuleRegistry } from '../../../src/domain/governance/responses/response-rule-registry.ts';
import { responseWorker } from '../../../src/domain/governance/responses/response-worker.ts';
import { ruleReplays } from '../../../src/domain/governance/responses/rule-replay.ts';
import { sharedDeviationsOf } from '../../../src/domain/governance/responses/shared-deviations.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { agentEvents } from '../../support/agent-events.ts';
import { BY, newAgent, registryWorld } from '../registries/registry-world.ts';

export const OPERATOR = { caller: 'acc_operator', account: 'acc_operator', isByRole: true };
export const OWNER = { caller: 'acc_owner', account: 'acc_owner', isByRole: true };

/** `again`: everything. `isEnded`: the process ends before it stores facts. */
type Reading = { readonly again?: boolean; readonly isEnded?: boolean; readonly store?: DocumentStore };

export const responsesWorld = () => {
  const base = registryWorld();
  const { documents, audit, clock, agents } = base;
  const log = agentEvents(clock.now, documents);
  const rules = responseRuleRegistry({ documents, audit, clock, identifiers: randomIdentifiers });
  const digestOf = (agent: string, network: string) => `${agent} ${network}`;
  const pause = async () => undefined;
  const ended: string[] = [];
  const actsOn = (store: DocumentStore) =>
    responseActs({
      ...{ documents: store, audit, clock, agents, identifiers: randomIdentifiers },
      approvals: {
        async endAllOf(agent) {
          ended.push(agent);
        },
      },
    });
  const acts = actsOn(documents);
  const replays = ruleReplays({
    ...{ rules, clock, digestOf, pause },
    list: (filters) => listEvents(documents.collection<AuditRecord>(AUDIT_RECORDS), filters),
    agentsOf: async (ids) => (await agents.getMany(ids)).map(({ document }) => document),
  });
  const place = { read: 0 };
  const workerOn = (store: DocumentStore) =>
    responseWorker({
      ...{ documents: store, clock, rules, acts: actsOn(store), digestOf, pause, mostHeld: 2000 },
      fleet: storedFleet(store, (network) => network),
      people: personWatch({ documents: store, clock, pause, digestOf }),
      shared: sharedDeviationsOf(store),
      onFailed: (id, error) => failed.push([id, error.message]),
    });
  const failed: [string | undefined, string][] = [];
  /** Reads what is new, as the reader of the log does; `again`: everything. */
  const read = async ({ again = false, isEnded = false, store = documents }: Reading = {}) => {
    const worker = workerOn(store);
    const found = await log.records.find({ order: { by: 'at', direction: 'ascending' }, limit: 1000 });
    for (const { document } of found) if (again || document.sequence > place.read) worker.note(document);
    if (isEnded) return worker.evaluate();
    await worker.store();
    place.read = found.length;
  };
  const activated = async (given: Parameters<typeof rules.create>[0]) => {
    const { document } = await rules.create(given, BY);
    const replayed = await replays.replay(document.id, 28, BY);
    return (await rules.activate(document.id, replayed.version, BY)).document;
  };
  const agent = async (more = {}) => (await agents.create(newAgent(more), BY)).document.id;
  const denied = async (id: string, count = 5) => {
    for (let index = 0; index < count; index += 1) await log.denial(id);
  };
  const stateOf = async (id: string) => (await agents.get(id))?.document.state;
  const { list } = responseList({ documents });
  const responses = async () => (await list({ limit: 200 })).items.map(({ document }) => document);
  const typed = (type: string) => base.events.filter((event) => event.type === type);
  return {
    ...base,
    log,
    rules,
    replays,
    acts,
    read,
    activated,
    agent,
    denied,
    stateOf,
    responses,
    ended,
    typed,
    failed,
    workerOn,
  };
};

export const HOUR = 3600;
export const DENIALS = { name: 'Narrow', when: [{ fact: 'denials_10_minutes', atLeast: 5 }], act: 'narrow' } as const;
export const ASK = { ...DENIALS, name: 'Ask', act: 'approve' } as const;
export const [MAIL, FILES, BANK] = ['https://mail.example', 'https://files.example', 'https://bank.example'];

/** An agent that has used mail for Ada and, an hour ago, files; within the hour it used the bank for Bob. */
export const acting = async (rule: Parameters<ReturnType<typeof responsesWorld>['activated']>[0] = DENIALS) => {
  const made = responsesWorld();
  const id = await made.agent();
  const { log, tick } = made;
  await log.token(id, { resource: MAIL, subject: 'acc_ada' });
  tick(48 * HOUR);
  await log.token(id, { resource: FILES });
  tick(HOUR + 1);
  await log.token(id, { resource: BANK, subject: 'acc_bob' });
  await made.read();
  const activated = await made.activated(rule);
  const restrictions = async () => (await made.agents.get(id))?.document.restrictions ?? [];
  return { ...made, id, rule: activated, restrictions };
};

/** A quarantine that a process began, and that its subject refuses by now. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { agentRefusal } from '../../../src/domain/clients/agents/agent-refusals.ts';
import { examiner } from '../../../src/domain/governance/examiner.ts';
import { FINDINGS, type Finding, findingId } from '../../../src/domain/governance/finding.ts';
import { findingWriter } from '../../../src/domain/governance/finding-writer.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const agentOf = (id: string, state: Agent['state']): Agent => ({
  ...{ id, name: 'Clerk', owner: 'acc_1', purpose: 'Books', environment: 'production', state, hasSecret: true },
  ...{ redirectUris: [], grantTypes: [], dpopBoundAccessTokens: false, resourceServers: [] },
  ...{ createdAt: START, updatedAt: START },
});
const quarantined = (subject: string): Finding => ({
  ...{
    id: findingId('secrets', subject),
    kind: 'secrets',
    subjectKind: 'agent',
    subject,
    name: 'Clerk',
    owner: 'acc_1',
  },
  ...{ state: 'quarantined', score: 70, parts: [{ reason: 'standing_secret', points: 70 }], evidence: [] },
  ...{ foundAt: START, createdAt: START, updatedAt: START },
});

const world = async (failure: (subject: string) => Error | undefined) => {
  const documents = memoryDocumentStore();
  const clock = standingClock();
  const audit = recordingAudit();
  const agents = documents.collection<Agent>(AGENTS);
  const findings = documents.collection<Finding>(FINDINGS);
  await agents.insertMany([agentOf('agt_a', 'orphaned'), agentOf('agt_b', 'active'), agentOf('agt_c', 'active')]);
  await findings.insertMany(['agt_a', 'agt_b'].map(quarantined));
  const finished: string[] = [];
  const { examine } = examiner({
    ...{ documents, clock, writer: findingWriter({ documents, audit, clock }) },
    activities: { getMany: async () => new Map() },
    uses: { lastUses: async () => new Map() },
    effective: { getMany: (ids) => agents.getMany(ids) },
    documentClients: { get: async () => undefined },
    async finish({ subject }) {
      const error = failure(subject);
      if (error) throw error;
      finished.push(subject);
    },
  });
  return { audit, findings, finished, examine: () => examine(['agt_a', 'agt_b', 'agt_c']) };
};

const refusal = (subject: string): Error | undefined =>
  subject === 'agt_a'
    ? agentRefusal('agent_state_conflict', { params: { state: 'orphaned', action: 'suspended' } })
    : undefined;

test('does not hold up other findings and other quarantines', async () => {
  const { audit, findings, finished, examine } = await world(refusal);
  await examine();
  expect(finished).toEqual(['agt_b']);
  expect((await findings.get(findingId('secrets', 'agt_c')))?.document.state).toBe('open');
  expect(audit.of('finding.opened').map(({ inputs }) => inputs?.['subject'])).toContain('agt_c');
  expect((await findings.get(findingId('secrets', 'agt_a')))?.document.state).toBe('quarantined');
});

test('is begun again at the next examination', async () => {
  let isRefused = true;
  const { finished, examine } = await world((subject) => (isRefused ? refusal(subject) : undefined));
  await examine();
  isRefused = false;
  await examine();
  expect(finished).toContain('agt_a');
});

test('a store that fails stops the examination', async () => {
  const { examine } = await world(() => new StoreUnavailable('no disk'));
  await expect(examine()).rejects.toThrow('no disk');
});

/** A quarantine whose subject cannot be suspended. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { agentRefusal } from '../../../src/domain/clients/agents/agent-refusals.ts';
import { FINDINGS, type Finding, findingId } from '../../../src/domain/governance/finding.ts';
import { findingRegistry } from '../../../src/domain/governance/finding-registry.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const ID = findingId('secrets', 'agt_a');
const BY = { caller: 'acc_operator' };

const quarantine = async (failure: Error, more: Partial<Finding> = {}) => {
  const documents = memoryDocumentStore();
  const audit = recordingAudit();
  const findings = documents.collection<Finding>(FINDINGS);
  await findings.insert({
    ...{
      id: ID,
      kind: 'secrets',
      subjectKind: 'agent',
      subject: 'agt_a',
      name: 'Clerk',
      owner: 'acc_1',
      state: 'open',
    },
    ...{ score: 70, parts: [{ reason: 'standing_secret', points: 70 }], evidence: [] },
    ...{ foundAt: START, createdAt: START, updatedAt: START },
    ...more,
  });
  const unused = async (): Promise<never> => {
    throw new Error('not called');
  };
  const registry = findingRegistry({
    ...{ documents, audit, clock: standingClock(), identifiers: { newId: () => 'agt_new', newSecret: () => 'unused' } },
    ...{ agents: { create: unused, retire: unused }, clients: { get: unused } },
  });
  const stop = async (): Promise<never> => {
    throw failure;
  };
  const error = await registry
    .quarantine(ID, undefined, { reason: 'Odd', stops: { stop, resume: unused } }, BY)
    .catch((thrown: unknown) => thrown);
  const { document } = (await findings.get(ID)) ?? {};
  return { error, document, events: audit.events.map(({ type, caller }) => [type, caller]) };
};

const orphaned = () => agentRefusal('agent_state_conflict', { params: { state: 'orphaned', action: 'suspended' } });

test('is refused, and the finding is open as before: nothing suspends the subject later', async () => {
  const { error, document, events } = await quarantine(orphaned());
  expect(error).toMatchObject({ code: 'conflict', reason: 'agent_state_conflict' });
  expect(document).toMatchObject({ state: 'open' });
  expect(document?.reason).toBeUndefined();
  expect(events).toEqual([
    ['finding.quarantined', BY.caller],
    ['finding.reopened', BY.caller],
  ]);
});

test('stays begun when a store failed, so that another process finishes it', async () => {
  const { error, document } = await quarantine(new StoreUnavailable('no disk'));
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(document).toMatchObject({ state: 'quarantined', reason: 'Odd' });
});

test('that was begun before stays begun', async () => {
  const { document, events } = await quarantine(orphaned(), { state: 'quarantined', reason: 'Before' });
  expect(document).toMatchObject({ state: 'quarantined', reason: 'Before' });
  expect(events).toEqual([]);
});

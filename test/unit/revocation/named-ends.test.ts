/** How often the store is searched for the tokens that many records name. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditRecord } from '../../../src/domain/audit/audit-record.ts';
import { DELEGATIONS, type Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import { namedEnds } from '../../../src/domain/authority/revocation-feed/named-ends.ts';
import { namingTokens } from '../../../src/domain/authority/revocation-feed/named-tokens.ts';
import type { Collection, DocumentStore } from '../../../src/domain/ports/document-store.ts';

const AGENTS_OF_PERSON = 40;

/** acc_1 has delegations to so many agents. `searches`: how often a collection was searched. */
const newWorld = async () => {
  const stored = memoryDocumentStore();
  let searches = 0;
  const documents: Pick<DocumentStore, 'collection'> = {
    collection: (declaration) => {
      const collection = stored.collection(declaration) as Collection<never>;
      const find: typeof collection.find = (query) => {
        searches += 1;
        return collection.find(query);
      };
      return { ...collection, find } as Collection<never>;
    },
  };
  const delegations = stored.collection<Delegation>(DELEGATIONS);
  for (let number = 0; number < AGENTS_OF_PERSON; number += 1) {
    const given = { id: `dlg_${number}`, subject: 'acc_1', actor: `agt_${number}`, parent: null, createdAt: 1 };
    await delegations.insert({ ...given, slot: given.id } as unknown as Delegation);
  }
  const naming = namingTokens({ documents: documents as DocumentStore, grantsOf: async () => [], elapsed: () => 0 });
  return { ends: namedEnds({ naming, latched: { all: () => [] } }), searches: () => searches };
};

const revoked = (subject: string): Pick<AuditRecord, 'event'> => ({
  event: { type: 'delegation.revoked', outcome: 'done', subject },
});

test('many records of one person cost as many searches as one record', async () => {
  const { ends, searches } = await newWorld();
  const named = await ends.since([revoked('acc_1')]);
  const once = searches();
  expect(once).toBe(1 + AGENTS_OF_PERSON);
  expect(await ends.since(Array.from({ length: 200 }, () => revoked('acc_1')))).toEqual(named);
  expect(searches()).toBe(2 * once);
});

test('each person of the records is named, and each ending of one record', async () => {
  const { ends } = await newWorld();
  const disabled = { event: { type: 'account.disabled', outcome: 'done', target: { kind: 'account', id: 'acc_2' } } };
  const named = await ends.namesIn([revoked('acc_1'), disabled as Pick<AuditRecord, 'event'>, revoked('acc_1')]);
  expect(named).toEqual([
    { kind: 'subject', id: 'acc_1' },
    { kind: 'subject', id: 'acc_2' },
  ]);
});

test('an ending that comes again later is looked up again', async () => {
  const { ends, searches } = await newWorld();
  await ends.since([revoked('acc_1')]);
  const once = searches();
  await ends.since([revoked('acc_1')]);
  expect(searches()).toBe(2 * once);
});

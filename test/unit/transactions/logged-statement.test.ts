/** When the log cannot prove a statement yet, and when it never will. */
import { expect, test } from '@jest/globals';
import { statementLog } from '../../../src/domain/authority/transactions/logged-statement.ts';

/** The log has the record after so many batches. */
const logged = async (batches: number, isBehindGap = false, isStored = true) => {
  let appended = 0;
  const record = { stream: 's', sequence: 7, at: 1, prev: 'p', event: {} };
  const { logged: log } = statementLog({
    documents: {
      collection: () => ({
        find: async () => [],
        get: async () => (isStored ? { document: record, version: 1 } : undefined),
      }),
    },
    audit: { append: async () => ({ stream: 's', sequence: 7, hash: 'h' }) },
    transparencyLog: {
      inclusion: async () => (appended < batches ? undefined : { proof: appended }),
      async append() {
        appended += 1;
      },
      isBehindGap: async () => isBehindGap,
    },
  } as never);
  const outcome = await log({ id: 'trn_1', agent: 'agt_a', owner: 'acc_o' } as never, { a: 1 }, 3).catch(
    (error: unknown) => error,
  );
  return { outcome, appended };
};

test('a record is proven as soon as the log has it', async () => {
  expect(await logged(0)).toMatchObject({ outcome: { inclusion: { proof: 0 } }, appended: 0 });
  expect(await logged(19)).toMatchObject({ outcome: { inclusion: { proof: 19 } }, appended: 19 });
});

test('after twenty batches the log is behind, or has a gap before the record', async () => {
  expect(await logged(20)).toMatchObject({
    outcome: { reason: 'event_not_logged', retryAfterSeconds: 1 },
    appended: 20,
  });
  expect(await logged(20, true)).toMatchObject({ outcome: { reason: 'event_behind_gap' } });
});

test('a record that is not in the store is no statement', async () => {
  expect(await logged(0, false, false)).toMatchObject({ outcome: { code: 'store_unavailable' } });
});

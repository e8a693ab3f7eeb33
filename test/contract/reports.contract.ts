/** Reports are recorded once: over nodes that race, processes that crash between two writes, and stores that fail. */
import { describe, expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../src/domain/audit/audit-record.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { REPORT_CLAIMS, type ReportClaim } from '../../src/domain/resources/reports/report.ts';
import { reportClaims } from '../../src/domain/resources/reports/report-claims.ts';
import { reportService } from '../../src/domain/resources/reports/report-service.ts';
import { issuedFor } from '../../src/domain/resources/reports/reported-tokens.ts';
import type { ResourceServer } from '../../src/domain/resources/resource-servers/resource-server.ts';

const NOW = 1_800_000_000;
const AUDIENCE = 'https://calendar.example.com';
const SERVER = { id: 'rs_1', identifier: AUDIENCE, permissions: ['reports:write'] } as unknown as ResourceServer;

type Node = 'a' | 'b';

const worldOn = async (documents: DocumentStore, perDay = 0) => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const clock = { seconds: NOW, now: () => clock.seconds, nowMillis: () => clock.seconds * 1000 };
  const ephemeral = memoryEphemeralStore(clock);
  const heads = new Map<string, AuditRecord>();
  /** What an append does instead; undefined: it succeeds. */
  const fault: { before?: () => Promise<void>; after?: () => Promise<void> } = {};
  const write = async (node: Node, event: AuditEvent): Promise<AuditRecord> => {
    const record = linkRecord(node, heads.get(node), prepareEvent(event, clock.nowMillis()), 'w');
    heads.set(node, record);
    await records.insert(record);
    return record;
  };
  const nodeOf = (node: Node) =>
    reportService({
      audit: {
        async append(event) {
          await fault.before?.();
          const { stream, sequence, hash } = await write(node, event);
          await fault.after?.();
          return { stream, sequence, hash };
        },
      },
      ...{ clock, ephemeral, perDay },
      claims: reportClaims({ documents, clock }),
      issuedFor: issuedFor(documents),
    });
  const issue = (id: string, resource = AUDIENCE): Promise<AuditRecord> =>
    write('a', {
      ...{ type: 'token.issued', outcome: 'granted', resource, txn: 'txn_1', subject: 'acc_1' },
      token: { id, format: 'jwt', expiresAt: NOW + 600 },
    });
  await issue('tok_1');
  let requests = 0;
  const nodes = { a: nodeOf('a'), b: nodeOf('b') };
  return {
    clock,
    fault,
    issue,
    claims: documents.collection<ReportClaim>(REPORT_CLAIMS),
    async send(reports: readonly object[], node: Node = 'a') {
      requests += 1;
      const results = await nodes[node].submit(SERVER, { reports }, `req_${requests}`);
      return results.map((one) => (one.status === 'refused' ? one.refusal.reason : one.status));
    },
    async events(type: AuditEvent['type'] = 'report.stated') {
      const found = await records.find({ where: { type }, limit: 1000 });
      return found.map(({ document }) => document.event);
    },
  };
};

const reportOf = (number: number, more: object = {}) => ({
  id: `report-${String(number).padStart(16, '0')}`,
  time: NOW,
  jti: 'tok_1',
  route: 'POST /events',
  outcome: 'done',
  ...more,
});
const crash = (): never => {
  throw new Error('the process ends here');
};

export const describeReports = (name: string, open: () => DocumentStore | Promise<DocumentStore>): void => {
  describe(`reports on ${name}`, () => {
    const newWorld = async (perDay = 0) => worldOn(await open(), perDay);

    describe('two nodes', () => {
      test('that get the same reports at once record each of them once', async () => {
        const world = await newWorld();
        const reports = Array.from({ length: 40 }, (_, number) => reportOf(number));
        const answers = await Promise.all([
          world.send(reports, 'a'),
          world.send(reports.toReversed(), 'b'),
          world.send(reports.slice(10, 30), 'b'),
        ]);
        expect(answers.flat().filter((status) => status === 'recorded')).toHaveLength(40);
        // The others came while the first was writing, or after it.
        expect(answers.flat().filter((status) => !['recorded', 'later', 'known'].includes(status ?? ''))).toEqual([]);
        expect(await world.events()).toHaveLength(40);
        expect(new Set((await world.events()).map(({ target }) => target?.id)).size).toBe(40);
        expect(new Set(await world.send(reports, 'b'))).toEqual(new Set(['known']));
      });

      test('that get the same reports beyond the budget at once count them once', async () => {
        const world = await newWorld(1);
        await world.send([reportOf(0)]);
        const reports = [1, 2, 3].map((number) => reportOf(number));
        await Promise.all([world.send(reports, 'a'), world.send(reports, 'b')]);
        expect(await world.send(reports, 'b')).toEqual(['counted', 'counted', 'counted']);
        expect((await world.events('report.left_out')).map(({ count }) => count)).toEqual([3]);
      });

      test('share the budget of a day, and the next day has another', async () => {
        const world = await newWorld(2);
        expect(await world.send([reportOf(1)], 'a')).toEqual(['recorded']);
        expect(await world.send([reportOf(2), reportOf(3)], 'b')).toEqual(['recorded', 'counted']);
        world.clock.seconds += 86_000;
        expect(await world.send([reportOf(3)], 'a')).toEqual(['recorded']);
      });

      test('take nothing of the budget for reports that they could not record', async () => {
        const world = await newWorld(2);
        world.fault.before = async () => crash();
        for (let time = 0; time < 3; time += 1) {
          await expect(world.send([reportOf(1)])).rejects.toThrow('the process ends here');
          world.clock.seconds += 31;
        }
        delete world.fault.before;
        expect(await world.send([reportOf(1), reportOf(2), reportOf(3)], 'b')).toEqual([
          'recorded',
          'recorded',
          'counted',
        ]);
      });

      test('take nothing of the budget for reports beyond it', async () => {
        const world = await newWorld(2);
        expect(await world.send([reportOf(1)])).toEqual(['recorded']);
        world.fault.before = async () => crash();
        await expect(world.send([reportOf(2), reportOf(3), reportOf(4)])).rejects.toThrow('the process ends here');
        delete world.fault.before;
        world.clock.seconds += 31;
        expect(await world.send([reportOf(5)], 'b')).toEqual(['recorded']);
      });
    });

    describe('a crash', () => {
      test('before the event leaves a claim that is free after 30 seconds', async () => {
        const world = await newWorld();
        world.fault.before = async () => crash();
        await expect(world.send([reportOf(1)])).rejects.toThrow('the process ends here');
        delete world.fault.before;
        expect(await world.send([reportOf(1)], 'b')).toEqual(['later']);
        world.clock.seconds += 31;
        expect(await world.send([reportOf(1)], 'b')).toEqual(['recorded']);
        expect(await world.events()).toHaveLength(1);
      });

      test('after the event leaves a report that is known', async () => {
        const world = await newWorld();
        world.fault.after = async () => crash();
        await expect(world.send([reportOf(1)])).rejects.toThrow('the process ends here');
        delete world.fault.after;
        expect(await world.send([reportOf(1)], 'b')).toEqual(['known']);
        world.clock.seconds += 31;
        expect(await world.send([reportOf(1)], 'a')).toEqual(['known']);
        expect(await world.events()).toHaveLength(1);
      });

      test('leaves a claim that only one of several later requests takes over', async () => {
        const world = await newWorld();
        world.fault.before = async () => crash();
        await world.send([reportOf(1)]).catch(() => undefined);
        delete world.fault.before;
        world.clock.seconds += 31;
        const answers = await Promise.all(
          (['a', 'b', 'a', 'b'] as const).map((node) => world.send([reportOf(1)], node)),
        );
        expect(answers.flat().filter((status) => status === 'recorded')).toHaveLength(1);
        expect(await world.events()).toHaveLength(1);
      });
    });

    describe('time', () => {
      test('a claim is kept until its report would be too late', async () => {
        const world = await newWorld();
        await world.send([reportOf(1)]);
        const [claim] = await world.claims.find({ limit: 1 });
        expect(claim?.document.endsAt).toBeGreaterThan(NOW + 86_400 + 60);
        world.clock.seconds += 86_400;
        expect(await world.send([reportOf(1)])).toEqual(['known']);
        world.clock.seconds += 1;
        expect(await world.send([reportOf(1)])).toEqual(['report_late']);
      });

      test('the clock of a resource server may be a minute ahead', async () => {
        const world = await newWorld();
        expect(await world.send([reportOf(1, { time: NOW + 60 }), reportOf(2, { time: NOW + 61 })])).toEqual([
          'recorded',
          'report_ahead',
        ]);
      });
    });

    describe('the token of a report', () => {
      test('is found behind many reports about it', async () => {
        const world = await newWorld();
        for (let number = 0; number < 3; number += 1) {
          // By a node whose clock is behind: its events come first.
          world.clock.seconds -= 1;
          const reports = Array.from({ length: 30 }, (_, one) => reportOf(number * 100 + one));
          expect(new Set(await world.send(reports, 'b'))).toEqual(new Set(['recorded']));
        }
      });

      test('of another audience is as unknown as none', async () => {
        const world = await newWorld();
        await world.issue('tok_2', `${AUDIENCE}/`);
        const reports = [reportOf(1, { jti: 'tok_2' }), reportOf(2, { jti: 'tok_3' })];
        expect(await world.send(reports)).toEqual(['report_token_unknown', 'report_token_unknown']);
        expect(await world.claims.find({ limit: 1 })).toEqual([]);
      });
    });
  });
};

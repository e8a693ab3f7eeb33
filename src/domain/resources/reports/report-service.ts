import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import type { RecordedEvent } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import { canonicalDigest } from '../../vocabulary/canonical-digest.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import type { ResourceServer } from '../resource-servers/resource-server.ts';
import { type ReadReport, readReports } from './read-reports.ts';
import type { Report } from './report.ts';
import type { Claimed, ReportClaims } from './report-claims.ts';
import { reportRefusal } from './report-refusals.ts';
import type { IssuedFor } from './reported-tokens.ts';

const DAY = 86_400;
/** The count of a day outlives the day, so that no process starts a new one at its end. */
const KEPT_SECONDS = 2 * DAY;

/**
 * What became of one report. `recorded`: it has an event now. `known`: it had one before. `counted`: it is beyond the budget of the
 * day, and one event has its number and digest with others. `later`: another request may be recording it. `refused`: as
 * `refusal` says.
 */
export type ReportResult =
  | { readonly id: string; readonly status: 'recorded' | 'known' | 'counted' | 'later' }
  | { readonly id?: string; readonly status: 'refused'; readonly refusal: DomainError };

export interface ReportService {
  /**
   * Records the reports of a resource server. The results have the order of the reports. All that is answered as recorded or counted
   * is durable. Throws 'forbidden' without the permission, 'invalid_field' for a malformed list, and 'unavailable' or
   * StoreUnavailable: the same reports can then be sent again.
   */
  submit(
    server: ResourceServer,
    body: { readonly [member: string]: unknown },
    request: string,
  ): Promise<readonly ReportResult[]>;
}

/** A report about a token of its resource server, with the event that issued the token. */
type Accepted = Claimed & { readonly report: Report; readonly issued: RecordedEvent };
/** Hears what became of a report. */
type Settle = (report: Accepted, state: 'recorded' | 'known' | 'counted' | 'held' | 'other') => void;
type Budget = { readonly whole: number; giveBack(used: number): Promise<void> };

export const reportService = (deps: {
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly claims: ReportClaims;
  readonly issuedFor: IssuedFor;
  /** Reports of one resource server that have events of their own in a day. 0: no limit. */
  readonly perDay: number;
}): ReportService => {
  const { audit, clock, claims, perDay } = deps;

  /** How many of so many further reports may have events of their own today. `giveBack` takes how many got one. */
  const takeBudget = async ({ id }: ResourceServer, count: number): Promise<Budget> => {
    if (perDay === 0 || count === 0) return { whole: count, giveBack: async () => undefined };
    const key = `reports:${id}:${Math.floor(clock.now() / DAY)}`;
    const all = await deps.ephemeral.count(key, KEPT_SECONDS, count);
    return {
      whole: Math.max(0, Math.min(count, perDay - (all - count))),
      // A failure here must not hide what the request has recorded. The day is then short of these units.
      giveBack: async (used) => {
        await deps.ephemeral.count(key, KEPT_SECONDS, used - count).catch(() => undefined);
      },
    };
  };

  /** Records each report that no other request records. A report that fails ends the request when the others are done. */
  const recordEach = async (
    server: ResourceServer,
    reports: readonly Accepted[],
    request: string,
    settle: Settle,
  ): Promise<void> => {
    const states = await claims.take(reports, request);
    const done = await Promise.allSettled(
      reports.map(async (one) => {
        const state = states.get(one.id) ?? 'held';
        if (state === 'own') await audit.append(statedEvent(server, one, request));
        settle(one, state === 'own' ? 'recorded' : state);
      }),
    );
    const failed = done.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  };

  /** The reports with their tokens. `refuse` hears of those about other tokens. */
  const withTokens = async (
    server: ResourceServer,
    reports: readonly { readonly report: Report; readonly digest: string; readonly index: number }[],
    refuse: (index: number, id: string, refusal: DomainError) => void,
  ): Promise<readonly Accepted[]> => {
    const issued = new Map<string, RecordedEvent>();
    await fewAtOnce([...new Set(reports.map(({ report }) => report.jti))], async (jti) => {
      const event = await deps.issuedFor(jti, server.identifier);
      if (event) issued.set(jti, event);
    });
    return reports.flatMap(({ report, digest, index }) => {
      const { id, jti, txn, time } = report;
      const event = issued.get(jti);
      if (!event) {
        refuse(index, id, reportRefusal('report_token_unknown', { field: `/reports/${index}/jti` }));
        return [];
      }
      if (txn !== undefined && txn !== event.txn) {
        refuse(index, id, reportRefusal('report_transaction_other', { field: `/reports/${index}/txn` }));
        return [];
      }
      return [{ id: `${server.id}:${id}`, digest, time, report, issued: event }];
    });
  };

  /** Records the reports beyond the budget as one number and one digest. The same reports once more are the same number. */
  const countOthers = async (
    server: ResourceServer,
    reports: readonly Accepted[],
    request: string,
  ): Promise<'counted' | 'later'> => {
    const [first] = reports;
    if (!first) return 'counted';
    const digest = canonicalDigest(reports.map((one) => one.digest));
    const times = reports.map(({ time }) => time);
    const name = { id: `${server.id}:left_out:${digest}`, digest, time: Math.max(...times) };
    const state = (await claims.take([name], request)).get(name.id);
    if (state === 'own') await audit.append(leftOutEvent(server, reports, name.id, digest, request));
    return state === 'held' ? 'later' : 'counted';
  };

  const recordRefusals = async (
    server: ResourceServer,
    results: readonly (ReportResult | undefined)[],
    request: string,
  ): Promise<void> => {
    const reasons: Record<string, number> = {};
    for (const result of results) {
      if (result?.status !== 'refused') continue;
      const reason = result.refusal.reason ?? result.refusal.code;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    const count = Object.values(reasons).reduce((sum, some) => sum + some, 0);
    if (count === 0) return;
    await audit.append({
      ...{ type: 'report.refused', outcome: 'refused', request, caller: server.id, resource: server.identifier, count },
      inputs: { reasons },
    });
  };

  return {
    async submit(server, body, request) {
      if (!server.permissions?.includes('reports:write')) {
        throw reportRefusal('reports_not_permitted', { params: { server: server.id } });
      }
      const read = readReports(body, clock.now());
      const results: (ReportResult | undefined)[] = read.map(refusedResult);
      const refuse = (index: number, id: string, refusal: DomainError): void => {
        results[index] = { id, status: 'refused', refusal };
      };
      const well = read.flatMap((one, index) => ('report' in one ? [{ ...one, index }] : []));
      const places = new Map(well.map(({ report, index }) => [`${server.id}:${report.id}`, index]));
      const accepted = await withTokens(server, well, refuse);

      const settle: Settle = ({ id, report }, state) => {
        const index = places.get(id) ?? -1;
        if (state === 'other') {
          refuse(index, report.id, reportRefusal('report_id_used', { field: `/reports/${index}/id` }));
        } else if (state === 'held') {
          results[index] = { id: report.id, status: 'later' };
        } else results[index] = { id: report.id, status: state };
      };

      // Reports that have an event already take nothing of the budget.
      const before = await claims.look(accepted);
      const further: Accepted[] = [];
      for (const one of accepted) {
        const state = before.get(one.id);
        if (state === undefined || state === 'lapsed') further.push(one);
        else settle(one, state);
      }
      const { whole, giveBack } = await takeBudget(server, further.length);
      try {
        await recordEach(server, further.slice(0, whole), request, settle);
      } finally {
        await giveBack(results.filter((result) => result?.status === 'recorded').length);
      }
      const others = further.slice(whole);
      const counted = await countOthers(server, others, request);
      for (const one of others) settle(one, counted === 'later' ? 'held' : counted);
      await recordRefusals(server, results, request);
      return results.filter((result) => result !== undefined);
    },
  };
};

const refusedResult = (read: ReadReport): ReportResult | undefined =>
  'refusal' in read
    ? { ...(read.id === undefined ? {} : { id: read.id }), status: 'refused', refusal: read.refusal }
    : undefined;

/** Who acted for whom is what this server recorded with the token. What happened is what the resource server states. */
const statedEvent = (server: ResourceServer, { id, report, issued }: Accepted, request: string): AuditEvent => {
  const { tool, route, outcome, before, after, time, resource } = report;
  const { txn, subject, chain, agent, instance, owner, grant, delegation, approval, token } = issued;
  return {
    ...{ type: 'report.stated', outcome: 'done', request, caller: server.id, resource: server.identifier },
    ...defined({ txn, subject, chain, agent, instance, owner, grant, delegation, approval, token }),
    target: { kind: 'report', id },
    inputs: defined({ tool, route, outcome, before, after, time }),
    ...(resource === undefined ? {} : { personal: { reported: resource } }),
  };
};

const leftOutEvent = (
  server: ResourceServer,
  reports: readonly Accepted[],
  id: string,
  digest: string,
  request: string,
): AuditEvent => ({
  ...{ type: 'report.left_out', outcome: 'done', request, caller: server.id, resource: server.identifier },
  target: { kind: 'report', id },
  count: reports.length,
  since: Math.min(...reports.map(({ time }) => time)),
  inputs: { digest },
});

/** Without the members that are undefined. */
const defined = <T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };

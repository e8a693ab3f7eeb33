/**
 * Grades the tokens of a transaction against what resource servers reported about them. A grade says whether two
 * independent statements agree, and not whether a call was wise.
 */
import type { AuditEvent } from '../../audit/audit-event.ts';
import type { RecordedEvent } from '../../audit/audit-record.ts';

/**
 * `confirmed`: reports agree with the token. `unreported`: no report came. `contradicted`: a report states a call that the
 * token did not allow. `unauthorized`: a report states a call after the token had ended.
 */
export const GRADES = ['confirmed', 'unreported', 'contradicted', 'unauthorized'] as const;
export type Grade = (typeof GRADES)[number];

/** One token of a transaction. */
export type Step = {
  /** `jti` of a JWT, keyed digest of an opaque token. */
  readonly token: string;
  /** When it was issued, epoch seconds. */
  readonly at: number;
  readonly expires_at: number;
  readonly agent?: string;
  readonly resource?: string;
  readonly scope: readonly string[];
  readonly approval?: string;
  /** Reports about it. */
  readonly reports: number;
  readonly grade: Grade;
};

/** An event of the audit log. `at`: milliseconds since the epoch. */
export type TimedEvent = { readonly at: number; readonly event: AuditEvent | RecordedEvent };

/** How far the clock of a resource server may differ from that of this server, either way. */
const CLOCKS_SECONDS = 60;

/**
 * The steps of a transaction in the order of its events. `endedAt`: epoch seconds of its end. A token that was announced and
 * never issued is no step.
 */
export const gradedSteps = (events: readonly TimedEvent[], endedAt: number): readonly Step[] => {
  const never = new Set(events.flatMap(({ event }) => (event.type === 'token.refused' ? (event.token?.id ?? []) : [])));
  const reports = Map.groupBy(
    events.filter(({ event }) => event.type === 'report.stated').map(({ event }) => event),
    ({ token }) => token?.id,
  );
  return events.flatMap(({ at, event }): readonly Step[] => {
    const { token, agent, caller, resource, scopeGiven = [], approval } = event;
    if (event.type !== 'token.issued' || !token || never.has(token.id)) return [];
    const stated = reports.get(token.id) ?? [];
    const issuedAt = Math.floor(at / 1000);
    return [
      {
        token: token.id,
        at: issuedAt,
        expires_at: token.expiresAt,
        ...((agent ?? caller) === undefined ? {} : { agent: agent ?? caller }),
        ...(resource === undefined ? {} : { resource }),
        scope: scopeGiven,
        ...(approval === undefined ? {} : { approval }),
        reports: stated.length,
        grade: gradeOf(
          { issuedAt, endsAt: Math.min(token.expiresAt, endedAt), isOnce: approval !== undefined },
          stated,
        ),
      },
    ];
  });
};

const gradeOf = (
  { issuedAt, endsAt, isOnce }: { readonly issuedAt: number; readonly endsAt: number; readonly isOnce: boolean },
  reports: readonly (AuditEvent | RecordedEvent)[],
): Grade => {
  if (reports.length === 0) return 'unreported';
  // A call that the resource server refused did nothing.
  const calls = reports.filter(({ inputs }) => inputs?.['outcome'] !== 'refused');
  const times = calls.map(({ inputs }) => Number(inputs?.['time']));
  if (times.some((time) => !(time <= endsAt + CLOCKS_SECONDS))) return 'unauthorized';
  if (times.some((time) => time < issuedAt - CLOCKS_SECONDS)) return 'contradicted';
  // The token of an approval is for one call (AP-06).
  return isOnce && calls.length > 1 ? 'contradicted' : 'confirmed';
};

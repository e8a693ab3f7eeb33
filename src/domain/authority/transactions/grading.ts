/**
 * Grades the tokens of a transaction against what resource servers reported about them. A grade says whether two
 * independent statements agree, and not whether a call was wise.
 */
import type { AuditEvent } from '../../audit/audit-event.ts';
import type { RecordedEvent } from '../../audit/audit-record.ts';
import { actorsOf } from '../../vocabulary/actor-chain.ts';

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
  /** When an event ended it before its expiry and the end of the transaction, epoch seconds, and the type of the event. */
  readonly ended_at?: number;
  readonly ended_by?: string;
  readonly agent?: string;
  readonly resource?: string;
  readonly scope: readonly string[];
  readonly approval?: string;
  /** Calls that it was good for. Absent: any number. */
  readonly max_uses?: number;
  /** Reports about it. */
  readonly reports: number;
  readonly grade: Grade;
};

/** An event of the audit log. `at`: milliseconds since the epoch. */
export type TimedEvent = { readonly at: number; readonly event: AuditEvent | RecordedEvent };

/** A token with all by which events name it. */
export type IssuedToken = {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event: AuditEvent | RecordedEvent;
  /** Its client, and the agents of its chain. */
  readonly parties: readonly string[];
};

/** What ended a token. `at`: milliseconds since the epoch. `record`: id of the record of the audit log that says so. */
export type TokenEnd = { readonly at: number; readonly by: string; readonly record?: string };

/** The reports about one token. Calls that the resource server refused did nothing, and are no calls. */
type Reports = { count: number; calls: number; earliest: number; latest: number };

/** How far the clock of a resource server may differ from that of this server, either way. */
const CLOCKS_SECONDS = 60;

/**
 * Takes the events of a transaction in their order, and keeps what its steps need. `most`: how many tokens at most; further
 * ones are left out, with their reports.
 */
export const stepBook = (most: number) => {
  const tokens = new Map<string, IssuedToken>();
  const reports = new Map<string, Reports>();
  let isTruncated = false;

  const addReport = (id: string, inputs: AuditEvent['inputs']): void => {
    const stated = reports.get(id) ?? { count: 0, calls: 0, earliest: Infinity, latest: -Infinity };
    stated.count += 1;
    if (inputs?.['outcome'] !== 'refused') {
      const time = Number(inputs?.['time']);
      stated.calls += 1;
      stated.earliest = Math.min(stated.earliest, Number.isNaN(time) ? Infinity : time);
      // A call without a time is at no time at which the token was good.
      stated.latest = Math.max(stated.latest, Number.isNaN(time) ? Infinity : time);
    }
    reports.set(id, stated);
  };

  return {
    add({ at, event }: TimedEvent): void {
      const { type, token, inputs } = event;
      if (!token) return;
      // Another node may have a clock that is ahead: the report then comes before its token.
      const hasRoom = tokens.has(token.id) || tokens.size < most;
      if (type === 'token.issued') {
        if (!hasRoom) isTruncated = true;
        else tokens.set(token.id, { id: token.id, at, event, parties: partiesOf(event) });
      }
      // It was announced, and never issued.
      if (type === 'token.refused') tokens.delete(token.id);
      if (type === 'report.stated' && hasRoom) addReport(token.id, inputs);
    },
    tokens: (): readonly IssuedToken[] => [...tokens.values()],
    isTruncated: () => isTruncated,
    /** `endedAt`: when the transaction ended, epoch seconds. `ends`: what ended tokens before, by token. */
    steps: (endedAt: number, ends: ReadonlyMap<string, TokenEnd> = new Map()): readonly Step[] =>
      [...tokens.values()].map((one) => stepOf(one, endedAt, ends.get(one.id), reports.get(one.id))),
  };
};

const partiesOf = ({ agent, caller, chain }: AuditEvent | RecordedEvent): readonly string[] => [
  ...new Set([...(agent === undefined ? [] : [agent]), ...(caller === undefined ? [] : [caller]), ...actorsOf(chain)]),
];

const stepOf = (
  { id, at, event }: IssuedToken,
  endedAt: number,
  end: TokenEnd | undefined,
  stated: Reports | undefined,
): Step => {
  const { token, agent, caller, resource, scopeGiven = [], approval } = event;
  const issuedAt = Math.floor(at / 1000);
  const expiresAt = token?.expiresAt ?? issuedAt;
  const tokenEnd = end && { at: Math.floor(end.at / 1000), by: end.by };
  const isEarly = tokenEnd !== undefined && tokenEnd.at < Math.min(expiresAt, endedAt);
  // The token of an approval is for one call (AP-06).
  const maxUses = approval === undefined ? token?.maxUses : 1;
  const life = {
    issuedAt,
    endsAt: Math.min(expiresAt, endedAt, tokenEnd?.at ?? Infinity),
    maxUses: maxUses ?? Infinity,
  };
  return {
    token: id,
    at: issuedAt,
    expires_at: expiresAt,
    ...(isEarly ? { ended_at: tokenEnd.at, ended_by: tokenEnd.by } : {}),
    ...((agent ?? caller) === undefined ? {} : { agent: agent ?? caller }),
    ...(resource === undefined ? {} : { resource }),
    scope: scopeGiven,
    ...(approval === undefined ? {} : { approval }),
    ...(maxUses === undefined ? {} : { max_uses: maxUses }),
    reports: stated?.count ?? 0,
    grade: gradeOf(life, stated),
  };
};

type Life = { readonly issuedAt: number; readonly endsAt: number; readonly maxUses: number };

const gradeOf = ({ issuedAt, endsAt, maxUses }: Life, stated: Reports | undefined): Grade => {
  if (!stated) return 'unreported';
  if (stated.latest > endsAt + CLOCKS_SECONDS) return 'unauthorized';
  return stated.earliest < issuedAt - CLOCKS_SECONDS || stated.calls > maxUses ? 'contradicted' : 'confirmed';
};

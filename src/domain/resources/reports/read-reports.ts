/** Reads the reports of a request. One malformed report is refused alone; a malformed list is refused whole. */
import { canonicalDigest } from '../../vocabulary/canonical-digest.ts';
import { type DomainError, isDomainError } from '../../vocabulary/errors.ts';
import { pointerStep } from '../../vocabulary/json-pointer.ts';
import {
  MOST_AHEAD_SECONDS,
  MOST_LATE_SECONDS,
  MOST_REPORT_BYTES,
  MOST_REPORTS,
  REPORT_OUTCOMES,
  type Report,
} from './report.ts';
import { reportRefusal } from './report-refusals.ts';

type Members = { readonly [member: string]: unknown };

/** A report as it was read, with the digest by which a repetition is recognised; or why it is refused. */
export type ReadReport =
  | { readonly report: Report; readonly digest: string }
  | { readonly refusal: DomainError; readonly id?: string };

const ID = /^[A-Za-z0-9_-]{16,64}$/;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;
/** Visible characters and spaces of any language. */
const TEXT = /^[^\p{Cc}\p{Cs}]+$/u;
const MOST_CHARACTERS = { jti: 128, txn: 128, tool: 200, route: 500, resource: 1000 } as const;
/** Characters of an unknown name in an answer. */
const LONGEST_NAME = 64;
const MEMBERS = ['id', 'time', 'outcome', 'before', 'after', ...Object.keys(MOST_CHARACTERS)];

/** The reports of a body, in its order. Throws 'invalid_field' unless the body has a list of 1 to 500 and nothing else. */
export const readReports = (body: Members, now: number): readonly ReadReport[] => {
  const { reports, ...others } = body;
  if (
    !Array.isArray(reports) ||
    reports.length === 0 ||
    reports.length > MOST_REPORTS ||
    Object.keys(others).length > 0
  ) {
    throw reportRefusal('reports_malformed', { field: '/reports', params: { most: MOST_REPORTS } });
  }
  const seen = new Set<string>();
  return reports.map((given: unknown, index): ReadReport => {
    const at = `/reports/${index}`;
    let id: string | undefined;
    try {
      const members = objectIn(given, at);
      id = idIn(members, at);
      if (seen.has(id)) throw reportRefusal('report_id_repeated', { field: `${at}/id` });
      seen.add(id);
      const report = reportIn(id, members, at, now);
      return { report, digest: canonicalDigest(report) };
    } catch (error) {
      if (!isDomainError(error)) throw error;
      return { refusal: error, ...(id === undefined ? {} : { id }) };
    }
  });
};

const objectIn = (given: unknown, at: string): Members => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw reportRefusal('report_not_object', { field: at });
  }
  return given as Members;
};

const idIn = (members: Members, at: string): string => {
  const { id } = members;
  if (typeof id !== 'string' || !ID.test(id)) throw reportRefusal('report_id_malformed', { field: `${at}/id` });
  return id;
};

const reportIn = (id: string, members: Members, at: string, now: number): Report => {
  const unknown = Object.keys(members).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined)
    throw reportRefusal('report_member_unknown', { field: `${at}/${pointerStep(unknown.slice(0, LONGEST_NAME))}` });
  if (Buffer.byteLength(JSON.stringify(members)) > MOST_REPORT_BYTES) {
    throw reportRefusal('report_too_large', { field: at, params: { most: MOST_REPORT_BYTES } });
  }
  const text = <Name extends keyof typeof MOST_CHARACTERS>(name: Name): { readonly [name in Name]?: string } => {
    const value = members[name];
    const most = MOST_CHARACTERS[name];
    if (value === undefined) return {};
    if (typeof value !== 'string' || value.length > most || !TEXT.test(value)) {
      throw reportRefusal('report_text_malformed', { field: `${at}/${name}`, params: { most } });
    }
    return { [name]: value } as { readonly [name in Name]: string };
  };
  const digest = <Name extends 'before' | 'after'>(name: Name): { readonly [name in Name]?: string } => {
    const value = members[name];
    if (value === undefined) return {};
    if (typeof value !== 'string' || !DIGEST.test(value)) {
      throw reportRefusal('report_digest_malformed', { field: `${at}/${name}` });
    }
    return { [name]: value } as { readonly [name in Name]: string };
  };
  const { jti } = text('jti');
  if (jti === undefined) {
    throw reportRefusal('report_text_malformed', { field: `${at}/jti`, params: { most: MOST_CHARACTERS.jti } });
  }
  const action = { ...text('tool'), ...text('route') };
  if (Object.keys(action).length !== 1) throw reportRefusal('report_action_malformed', { field: `${at}/tool` });
  const outcome = REPORT_OUTCOMES.find((known) => known === members['outcome']);
  if (outcome === undefined) {
    throw reportRefusal('report_outcome_unknown', {
      field: `${at}/outcome`,
      params: { outcomes: REPORT_OUTCOMES.join(', ') },
    });
  }
  const time = timeIn(members, at, now);
  return {
    id,
    time,
    jti,
    ...text('txn'),
    ...action,
    ...text('resource'),
    outcome,
    ...digest('before'),
    ...digest('after'),
  };
};

const timeIn = ({ time }: Members, at: string, now: number): number => {
  const field = `${at}/time`;
  if (typeof time !== 'number' || !Number.isSafeInteger(time) || time < 0) {
    throw reportRefusal('report_time_malformed', { field });
  }
  if (now - time > MOST_LATE_SECONDS) {
    throw reportRefusal('report_late', { field, params: { most: MOST_LATE_SECONDS } });
  }
  if (time - now > MOST_AHEAD_SECONDS) {
    throw reportRefusal('report_ahead', { field, params: { most: MOST_AHEAD_SECONDS } });
  }
  return time;
};

/**
 * The minimum audit fields of the AI Identity Management System (draft-ietf-wimse-aims), for each type of token event: which
 * member of the event holds them, or why there is none. docs/reference/aims.md is generated from this table.
 */
import type { AuditEvent, AuditEventType } from './audit-event.ts';

/** Fields that an audit event of an agent must have, in the words of the draft. */
export const AIMS_FIELDS = {
  agent: 'authenticated agent identifier',
  subject: 'delegated subject, when there is one',
  resource: 'resource or tool',
  action: 'action that was requested',
  decision: 'authorization decision',
  time: 'time, and id of the transaction or request',
  posture: 'attestation or risk state that influenced the decision',
  remediation: 'remediation or revocation, and its cause',
} as const;

export type AimsField = keyof typeof AIMS_FIELDS;

/** Types of events about tokens. A new one does not compile without its row. */
export type TokenEventType = Extract<AuditEventType, `token.${string}` | 'instance.replayed'>;

/** `members` says for people where the field is; `holds` checks it, with the time of the record. */
type Cell =
  | { readonly members: string; readonly holds: (event: AuditEvent, at: number) => boolean }
  | { readonly not: string };

const has = (value: unknown): boolean => value !== undefined && value !== '';
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const AGENT: Cell = {
  members: '`caller`; `agent` if the caller is one',
  holds: ({ caller, agent }) => isText(caller) && (!caller?.startsWith('agt_') || agent === caller),
};
/** A person is named wherever the event has a grant or delegation of one. */
const SUBJECT: Cell = {
  members: '`subject`, and `chain` with each actor',
  holds: ({ subject, delegation, grant }) => isText(subject) || (delegation === undefined && grant === undefined),
};
const TIME: Cell = {
  members: '`at` of the record; `txn`, else `request`',
  holds: ({ txn, request }, at) => Number.isSafeInteger(at) && (isText(txn) || isText(request)),
};
const POSTURE: Cell = {
  members:
    '`inputs.posture`: how the client authenticated, and what the token is bound to. `inputs.policyCase`: risk of each scope, sign-in of the person, state of the agent, as policies saw them',
  holds: ({ inputs }) => has(inputs?.['posture']),
};
const CAUSE: Cell = { members: '`inputs.cause`', holds: ({ inputs }) => isText(inputs?.['cause']) };
const BY_TYPE: Cell = { members: 'the type of the event', holds: ({ type }) => isText(type) };
const OUTCOME: Cell = {
  members: '`outcome`; `decision` and `policy` where policies decided',
  holds: ({ outcome }) => isText(outcome),
};
const ENDED_GRANT: Cell = { members: '`grant`, which names them', holds: ({ grant }) => isText(grant) };

const REPLAYED: Readonly<Record<AimsField, Cell>> = {
  agent: AGENT,
  subject: SUBJECT,
  resource: ENDED_GRANT,
  action: BY_TYPE,
  decision: OUTCOME,
  time: TIME,
  posture: POSTURE,
  remediation: CAUSE,
};

/** Field by field for each type. */
export const AIMS_PROFILE: Readonly<Record<TokenEventType, Readonly<Record<AimsField, Cell>>>> = {
  'token.issued': {
    agent: AGENT,
    subject: SUBJECT,
    resource: {
      members: '`resource`; of a token for UserInfo or of a refresh token, the `grant` that names them',
      holds: ({ resource, grant }) => isText(resource) || isText(grant),
    },
    action: {
      members: '`grantType`; `scopeGiven`, and types of details in `inputs.detailTypes`',
      holds: ({ grantType, scopeGiven }) => isText(grantType) && scopeGiven !== undefined,
    },
    decision: OUTCOME,
    time: TIME,
    posture: POSTURE,
    remediation: { not: 'it gives access. Later events with `token.id` or `grant` say how it ended' },
  },
  'token.refused': {
    agent: AGENT,
    subject: {
      members: '`subject`, if the request proved one',
      holds: () => true,
    },
    resource: {
      members: '`resource`, if the request named one or the server decided about one',
      holds: ({ resource, decision }) => isText(resource) || decision === undefined,
    },
    action: {
      members: '`grantType`; `scopeAsked`, if the request named scopes',
      holds: ({ grantType, error }) => isText(grantType) || error === 'invalid_request',
    },
    decision: {
      members: '`outcome`, `error`, `denial` with layer and reason; `decision` and `policy` where policies decided',
      holds: ({ outcome, error }) => outcome === 'refused' && isText(error),
    },
    time: TIME,
    posture: POSTURE,
    remediation: {
      members: '`denial.remedies`, by kind, where there are some',
      holds: ({ denial, error }) => denial !== undefined || isText(error),
    },
  },
  'token.revoked': {
    agent: AGENT,
    subject: SUBJECT,
    resource: {
      members: '`resource`; of a refresh token the `grant` that names them',
      holds: ({ resource, grant, token }) => isText(resource) || isText(grant) || token !== undefined,
    },
    action: BY_TYPE,
    decision: OUTCOME,
    time: TIME,
    posture: POSTURE,
    remediation: CAUSE,
  },
  'token.revocation_refused': {
    agent: AGENT,
    subject: { members: '`subject`, if the token has one', holds: () => true },
    resource: { not: 'the caller learns nothing about a token that is not its own' },
    action: BY_TYPE,
    decision: OUTCOME,
    time: TIME,
    posture: POSTURE,
    remediation: { not: 'nothing was revoked' },
  },
  'token.replayed': REPLAYED,
  'instance.replayed': REPLAYED,
};

/** Result of a check. `missing`: places of the first 100 events without a field. */
export type AimsResult = {
  readonly events: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly missing: readonly { readonly record: string; readonly type: string; readonly field: AimsField }[];
  readonly missingCount: number;
  /** Number of events of which an export in part hides members, so that they could not be checked. */
  readonly withheld: number;
};

/** A record of the log, or a line of an export. */
export type AimsRecord = {
  readonly stream: string;
  readonly sequence: number;
  readonly at: number;
  readonly event: AuditEvent;
  /** Of an export in part: the digests of hidden members, by name. */
  readonly hidden?: Readonly<Record<string, string>>;
};

const MOST_MISSING = 100;

const isTokenEvent = (type: string): type is TokenEventType => Object.hasOwn(AIMS_PROFILE, type);

/** The fields that an event lacks; empty for events about other things. */
export const aimsGaps = (event: AuditEvent, at: number): readonly AimsField[] => {
  if (!isTokenEvent(event.type)) return [];
  const row = AIMS_PROFILE[event.type];
  return (Object.keys(AIMS_FIELDS) as AimsField[]).filter((field) => {
    const cell = row[field];
    return 'holds' in cell && !cell.holds(event, at);
  });
};

/** Checks records one after the other; memory does not grow with their number. */
export const checkAims = async (records: AsyncIterable<AimsRecord>): Promise<AimsResult> => {
  const byType: Record<string, number> = {};
  const missing: { readonly record: string; readonly type: string; readonly field: AimsField }[] = [];
  let [events, missingCount, withheld] = [0, 0, 0];
  for await (const { stream, sequence, at, event, hidden } of records) {
    if (!isTokenEvent(event.type)) continue;
    events += 1;
    byType[event.type] = (byType[event.type] ?? 0) + 1;
    if (hidden !== undefined && Object.keys(hidden).length > 0) {
      withheld += 1;
      continue;
    }
    for (const field of aimsGaps(event, at)) {
      missingCount += 1;
      if (missing.length < MOST_MISSING) missing.push({ record: `${stream}:${sequence}`, type: event.type, field });
    }
  }
  return { events, byType, missing, missingCount, withheld };
};

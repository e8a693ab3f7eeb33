/**
 * Governance: what needs a decision of a person. Owns findings (this file), what clients do without a person
 * (client-activity.ts), the rules that make findings of it (undeclared-signs.ts, examination.ts), the reader of the audit log
 * that applies them (discovery.ts), and what people decide (finding-registry.ts).
 *
 * A finding only informs. Nothing here refuses a token, and no finding stops a client by itself.
 */
import { hash } from 'node:crypto';
import type { OwnedCollection } from '../ports/owned-collection.ts';

/** What a person may do about a finding, besides looking at its subject. */
export const FINDING_ACTS = ['adopt', 'dismiss', 'quarantine'] as const;
export type FindingAct = (typeof FINDING_ACTS)[number];

type Kind = { readonly subject: readonly SubjectKind[]; readonly acts: readonly FindingAct[]; readonly means: string };

export const SUBJECT_KINDS = ['agent', 'client', 'resource_server', 'transmitter', 'inventory_entry'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** Every kind of finding. */
export const FINDINGS_BY_KIND = {
  undeclared_agent: {
    subject: ['client'],
    acts: FINDING_ACTS,
    means: 'a client that behaves like an agent',
  },
  orphaned: { subject: ['agent'], acts: ['dismiss'], means: 'no owner' },
  secrets: { subject: ['agent'], acts: ['dismiss', 'quarantine'], means: 'allowed a secret' },
  exceptions: { subject: ['client'], acts: ['dismiss', 'quarantine'], means: 'a client for which rules are lifted' },
  new_network: {
    subject: ['agent', 'client'],
    acts: ['dismiss', 'quarantine'],
    means: 'tokens requested from a network that was not seen before',
  },
  unowned_client: {
    subject: ['client'],
    acts: ['dismiss', 'quarantine'],
    means: 'a confidential client without owner or purpose',
  },
  expiring: { subject: ['agent'], acts: ['dismiss'], means: 'the agent or a credential ends within 30 days' },
  stopped: { subject: ['agent'], acts: ['dismiss'], means: 'active, but blocked' },
  unknown_tokens: {
    subject: ['resource_server'],
    acts: ['dismiss'],
    means: 'reports about tokens that this server did not issue for that API',
  },
  unknown_subjects: {
    subject: ['transmitter'],
    acts: ['dismiss'],
    means: 'security events about subjects that are not known here',
  },
  unknown_app: {
    subject: ['inventory_entry'],
    acts: ['adopt', 'dismiss'],
    means: 'an app of another system with rights that matter, that is not known here',
  },
  unused: { subject: ['agent'], acts: ['dismiss', 'quarantine'], means: 'no token for 30 days' },
  pending: { subject: ['agent'], acts: ['dismiss'], means: 'not accepted' },
} as const satisfies Record<string, Kind>;

export type FindingKind = keyof typeof FINDINGS_BY_KIND;
export const FINDING_KINDS = Object.keys(FINDINGS_BY_KIND) as readonly FindingKind[];

/** A kind that this server does not know, as of a store that someone changed: nothing can be decided about it. */
const UNKNOWN_KIND: Kind = { subject: [], acts: [], means: 'not known to this server' };

export const kindOf = (kind: FindingKind): Kind =>
  Object.hasOwn(FINDINGS_BY_KIND, kind) ? FINDINGS_BY_KIND[kind] : UNKNOWN_KIND;

/** `resolved`: the reason is gone. `adopted`: an agent was registered for the client. `quarantined`: the subject was suspended. */
export const FINDING_STATES = ['open', 'dismissed', 'adopted', 'quarantined', 'resolved'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

export const SEVERITIES = ['high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One reason of a finding. The score of a finding is the sum of its points, from 0 to 100. */
export type FindingPart = {
  readonly reason: FindingReason;
  /** Negative: it speaks against the finding. */
  readonly points: number;
  /** A number to the reason: of tokens, people, hours, seconds or days. */
  readonly value?: number;
};

/** Every reason, with what its number counts. */
export const FINDING_REASONS = {
  no_person: 'tokens without a person present',
  agent_name: 'the name or the purpose has a word that agents have',
  metadata_document: 'the client is a metadata document and was registered by no one',
  unclaimed_registration: 'the client registered itself, and no account adopted it',
  many_people: 'people for whom it got tokens within a day without a sign-in',
  many_rights: 'different sets of API and scopes for which it got tokens within a day',
  burst: 'tokens within one minute',
  machine_hours: 'hours of one day in which it got tokens without a person',
  even_intervals: 'percent of the intervals between its tokens that are even, as those of a timer',
  no_transaction: 'tokens, none of them in a transaction that was opened',
  used_after_adoption: 'days for which the client was used after its adoption',
  app_of_people: 'an app that people have on their devices, and that only refreshes what they allowed it',
  claimed: 'the client has an owner and a purpose',
  new_network: 'networks that were seen for the first time within a week',
  no_owner: 'no owner',
  offered: 'it was offered to a new owner, who has not accepted it',
  no_purpose: 'no purpose',
  own_rights: 'it has rights of its own',
  standing_secret: 'a secret that has not expired',
  no_pkce: 'code requests without PKCE',
  token_endpoint_audience: 'client assertions for the token endpoint',
  ends_soon: 'days until the agent or a credential ends',
  blocked: 'a blueprint, a kill or the loss of the owner blocks it',
  not_accepted: 'no owner has accepted it',
  not_used: 'days since its last token',
  unknown_app: 'no client or agent here is known for the app',
  risky_scopes: 'rights that change, send, administer, or reach everything',
  mail_rights: 'rights that read or send mail',
  file_rights: 'rights that reach all files',
  code_rights: 'rights that change code, or what runs it',
  administration_rights: 'rights that administer a directory or an organization',
  static_secrets: 'static secrets that it has or takes',
  for_everyone: 'an administrator gave it rights for everyone',
  people_consented: 'people who gave it rights',
  unknown_subjects: 'security events within a day about subjects that this server does not know',
  unknown_tokens: 'reports within a day about tokens that this server did not issue for the API',
} as const;
export type FindingReason = keyof typeof FINDING_REASONS;

export type Finding = {
  /** `findingId`: one for each kind and subject. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly subjectKind: SubjectKind;
  /** Id of the agent, client, resource server, transmitter or inventory entry. */
  readonly subject: string;
  /** Its name when it was last examined. A client chose it. */
  readonly name: string;
  /** Owner of the subject: that account or group sees the finding. */
  readonly owner?: string;
  readonly state: FindingState;
  /** 0 to 100. */
  readonly score: number;
  readonly parts: readonly FindingPart[];
  /** Ids of audit records, the newest last. At most MOST_EVIDENCE. */
  readonly evidence: readonly string[];
  /** Since when the number of `unknown_tokens` or `unknown_subjects` is counted: at most a day. */
  readonly countedFrom?: number;
  /** When the subject ends, or until when its owner can accept it. */
  readonly endsAt?: number;
  /** When it arose; again, after it was resolved. */
  readonly foundAt: number;
  /** Until when it is dismissed. */
  readonly until?: number;
  /** Score when it was dismissed. */
  readonly dismissedScore?: number;
  /** Account or client that decided last, when and why. */
  readonly decidedBy?: string;
  readonly decidedAt?: number;
  readonly reason?: string;
  /** The agent that was registered by an adoption. */
  readonly agent?: string;
  /** The kill by which a client with a metadata document is quarantined. */
  readonly kill?: string;
  /** The subject of a quarantine is suspended. Absent: it is still to be. */
  readonly isApplied?: true;
  /** Only of a resolved finding: when it is forgotten. */
  readonly expiresAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const MOST_EVIDENCE = 10;

export const FINDINGS = {
  name: 'findings',
  holds: 'one finding about an agent, client or resource server, and what was decided about it',
  prefixes: ['fnd'],
  events: ['finding'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'it has been resolved for 90 days' },
  transfer: 'neither',
  indexes: [
    { fields: ['state', 'score'] },
    { fields: ['state', 'kind', 'score'] },
    { fields: ['owner', 'state', 'score'] },
    { fields: ['subject', 'score'] },
    { fields: ['state', 'until'] },
  ],
  expiresAt: 'expiresAt',
  members: ['kind', 'subjectKind', 'subject', 'name', 'state', 'score', 'parts', 'foundAt', 'createdAt'],
} as const satisfies OwnedCollection;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The same for the same kind and subject, so that any number of processes make one finding. */
export const findingId = (kind: FindingKind, subject: string): string => {
  const digest = hash('sha256', `${kind}\n${subject}`, 'buffer');
  return `fnd_${[...digest.subarray(0, 26)].map((byte) => ALPHABET[byte & 31]).join('')}`;
};

const HIGH = 70;
const MEDIUM = 40;

export const severityOf = ({ score }: Pick<Finding, 'score'>): Severity =>
  score >= HIGH ? 'high' : score >= MEDIUM ? 'medium' : 'low';

export const scoreOf = (parts: readonly FindingPart[]): number =>
  Math.max(
    0,
    Math.min(
      100,
      parts.reduce((sum, { points }) => sum + points, 0),
    ),
  );

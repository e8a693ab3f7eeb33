/** The registry of findings: lists, and what people decide. Owns FINDINGS together with finding-writer.ts. */
import { type AuditEvent, type AuditEventType, type AuditLog, OVER_FIRST } from '../audit/audit-event.ts';
import type { NewAgent } from '../clients/agents/agent-fields.ts';
import type { AgentRegistry } from '../clients/agents/agent-registry.ts';
import type { ClientRegistry } from '../clients/clients/client-registry.ts';
import { isDocumentId } from '../clients/clients/metadata-document.ts';
import { documentRefusal } from '../platform/registries/document-refusals.ts';
import { type By, type Page, type PageQuery, placeIn } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import { isDomainError } from '../vocabulary/errors.ts';
import {
  FINDINGS,
  type Finding,
  type FindingAct,
  type FindingKind,
  type FindingState,
  findingId,
  kindOf,
} from './finding.ts';
import { findingRefusal } from './finding-refusals.ts';

const DAY = 86_400;
/** Longest dismissal. */
const MOST_DISMISSED_DAYS = 365;
/** Most findings of a kind that are counted. */
export const MOST_COUNTED = 100;

const MOST_SCORE = { by: 'score', direction: 'descending' } as const;

export type FindingQuery = Omit<PageQuery, 'order'> & {
  /** Default: open. */
  readonly state?: FindingState;
  readonly kind?: FindingKind;
  /** Id of the agent, client or resource server. All states, unless `state` says one. */
  readonly subject?: string;
  /** Only findings about subjects of these accounts and groups. */
  readonly owners?: readonly string[];
};

/** The agent that is registered for a client. Members that are left out are those of the client. */
export type Adoption = Pick<NewAgent, 'owner'> &
  Partial<Pick<NewAgent, 'name' | 'purpose' | 'blueprint' | 'environment'>>;

type Expected = number | undefined;

/** Stops and resumes subjects. Each is idempotent and has its own audit event. */
export interface SubjectStops {
  /** Suspends an agent, disables a client, or kills a client with a metadata document: then returns the kill. */
  stop(finding: Finding, reason: string, by: By): Promise<{ readonly kill?: string }>;
  resume(finding: Finding, by: By): Promise<void>;
}

export interface FindingRegistry {
  get(id: string): Promise<Versioned<Finding> | undefined>;
  /** The highest score first. */
  list(query: FindingQuery): Promise<Page<Finding>>;
  /** The findings of a kind about these subjects, in any state. At most 1000 subjects. */
  aboutEach(kind: FindingKind, subjects: readonly string[]): Promise<readonly Finding[]>;
  /** Number of open findings of a kind, at most MOST_COUNTED. */
  count(kind: FindingKind, owners?: readonly string[]): Promise<number>;
  /**
   * The finding is not shown as open until then, unless its score rises by 20. All acts throw 'not_found', 'conflict' when the
   * finding is decided or does not allow the act, and 'precondition_failed' when it changed meanwhile.
   */
  dismiss(
    id: string,
    expected: Expected,
    given: { readonly until: number; readonly reason: string },
    by: By,
  ): Promise<Versioned<Finding>>;
  /** Registers an agent for the client of the finding. It has no credentials yet, and its owner accepts it. Throws as `create` of agents does. */
  adopt(id: string, expected: Expected, given: Adoption, by: By): Promise<Versioned<Finding>>;
  /**
   * Suspends the subject. Repeat it when `isApplied` is absent. Throws 'conflict' when the subject cannot be suspended in its state,
   * and the finding is open again.
   */
  quarantine(
    id: string,
    expected: Expected,
    given: { readonly reason: string; readonly stops: SubjectStops },
    by: By,
  ): Promise<Versioned<Finding>>;
  /** Undoes a decision: the finding is open, and the subject of a quarantine works again. The agent of an adoption stays. */
  reopen(id: string, expected: Expected, stops: SubjectStops, by: By): Promise<Versioned<Finding>>;
}

type Dependencies = {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly agents: Pick<AgentRegistry, 'create' | 'retire'>;
  readonly clients: Pick<ClientRegistry, 'get'>;
};

export const findingRegistry = (deps: Dependencies): FindingRegistry => {
  const { documents, audit, clock, identifiers, agents, clients } = deps;
  const collection = documents.collection<Finding>(FINDINGS);

  const found = async (id: string, expected: Expected): Promise<Versioned<Finding>> => {
    const held = await collection.get(id);
    if (!held) throw documentRefusal('document_not_found', { params: { kind: 'finding' } });
    if (expected !== undefined && held.version !== expected) throw changed();
    return held;
  };

  /** One swap and one event. The event comes first. If another decision was faster, a second event says that. */
  const decided = async (
    { document, version }: Versioned<Finding>,
    type: Extract<AuditEventType, `finding.${string}`>,
    by: By,
    change: Partial<Finding>,
  ): Promise<Versioned<Finding>> => {
    const now = clock.now();
    const next: Finding = { ...document, ...change, decidedBy: by.caller, decidedAt: now, updatedAt: now };
    const event: AuditEvent = {
      ...{ type, outcome: 'done', caller: by.caller, target: { kind: 'finding', id: document.id } },
      ...(document.owner === undefined ? {} : { owner: document.owner }),
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      inputs: {
        ...{ kind: document.kind, subject: document.subject, score: document.score },
        ...(change.reason === undefined ? {} : { reason: change.reason }),
        ...(change.until === undefined ? {} : { until: change.until }),
        ...(change.agent === undefined ? {} : { agent: change.agent }),
      },
    };
    await audit.append(event);
    if (await collection.replace(next, version)) return { document: next, version: version + 1 };
    await audit.append({ ...event, ...OVER_FIRST });
    throw changed();
  };

  /** Notes that the subject of a quarantine is suspended. */
  const applied = async (id: string, kill: string | undefined): Promise<Versioned<Finding>> => {
    const stored = await update(collection, id, (one): Finding | undefined =>
      one.state === 'quarantined' ? { ...one, isApplied: true, ...(kill === undefined ? {} : { kill }) } : undefined,
    );
    if (!stored) throw documentRefusal('document_not_found', { params: { kind: 'finding' } });
    return stored;
  };

  const undone = ({ document, version }: Versioned<Finding>, by: By): Promise<Versioned<Finding>> => {
    const {
      until: _,
      dismissedScore: __,
      agent: ___,
      isApplied: ____,
      kill: _____,
      reason: ______,
      ...rest
    } = document;
    return decided({ document: rest, version }, 'finding.reopened', by, { state: 'open' });
  };

  const walk = async (query: FindingQuery): Promise<readonly Versioned<Finding>[]> => {
    const { limit = 50, after, state, kind, subject, owners } = query;
    const one = (where: Readonly<Record<string, string>>) =>
      collection.find({ where, order: MOST_SCORE, limit: limit + 1, ...(after ? { after } : {}) });
    const shown = state ?? 'open';
    if (subject !== undefined) return one({ subject });
    if (!owners) return one(kind === undefined ? { state: shown } : { state: shown, kind });
    const all = (await Promise.all(owners.map((owner) => one({ owner, state: shown })))).flat();
    return all.sort((a, b) => b.document.score - a.document.score || (a.document.id < b.document.id ? 1 : -1));
  };

  const fits = ({ state, kind, subject, owners }: FindingQuery) => {
    const wanted = state ?? (subject === undefined ? 'open' : undefined);
    return ({ document }: Versioned<Finding>): boolean =>
      (wanted === undefined || document.state === wanted) &&
      (kind === undefined || document.kind === kind) &&
      (!owners || (document.owner !== undefined && owners.includes(document.owner)));
  };

  return {
    get: (id) => collection.get(id),

    async list(query) {
      const { limit = 50 } = query;
      const walked = await walk(query);
      const page = walked.slice(0, limit);
      const last = page.at(-1)?.document;
      const items = page.filter(fits(query));
      return walked.length > limit && last ? { items, next: placeIn(last, MOST_SCORE) } : { items };
    },

    async aboutEach(kind, subjects) {
      const held = await collection.getMany(subjects.map((subject) => findingId(kind, subject)));
      return held.map(({ document }) => document);
    },

    async count(kind, owners) {
      const wheres = owners ? owners.map((owner) => ({ owner, state: 'open' })) : [{ state: 'open', kind }];
      const all = await Promise.all(
        wheres.map((where) => collection.find({ where, order: MOST_SCORE, limit: owners ? 1000 : MOST_COUNTED })),
      );
      return Math.min(MOST_COUNTED, all.flat().filter(({ document }) => document.kind === kind).length);
    },

    async dismiss(id, expected, { until, reason }, by) {
      const held = await found(id, expected);
      checkOpen(held.document, 'dismiss');
      const now = clock.now();
      if (until <= now || until > now + MOST_DISMISSED_DAYS * DAY)
        throw findingRefusal('finding_until_malformed', { field: '/until', params: { days: MOST_DISMISSED_DAYS } });
      const change = { state: 'dismissed', until, reason, dismissedScore: held.document.score } as const;
      return decided(held, 'finding.dismissed', by, change);
    },

    async adopt(id, expected, given, by) {
      const held = await found(id, expected);
      checkOpen(held.document, 'adopt');
      const { subject, subjectKind } = held.document;
      const isRegistered = subjectKind === 'client' && !isDocumentId(subject);
      const client = isRegistered ? await clients.get(subject) : undefined;
      const { name = held.document.name, purpose = client?.document.purpose, environment = 'production' } = given;
      if (purpose === undefined) throw findingRefusal('finding_purpose_needed', { field: '/purpose' });
      const agent = identifiers.newId('agt');
      const { owner, blueprint } = given;
      const input = { name, owner, purpose, environment, ...(blueprint === undefined ? {} : { blueprint }) };
      await agents.create(input, by, agent, { isKeyless: true });
      try {
        return await decided(held, 'finding.adopted', by, { state: 'adopted', agent });
      } catch (error) {
        // Another decision was faster: no agent comes of this one.
        await agents.retire(agent, by);
        throw error;
      }
    },

    async quarantine(id, expected, { reason, stops }, by) {
      const held = await found(id, expected);
      const isUnfinished = held.document.state === 'quarantined' && !held.document.isApplied;
      if (!isUnfinished) checkOpen(held.document, 'quarantine');
      const begun = isUnfinished
        ? held
        : await decided(held, 'finding.quarantined', by, { state: 'quarantined', reason });
      const { kill } = await stops.stop(begun.document, begun.document.reason ?? reason, by).catch(async (error) => {
        // Such as an agent that lost its owner meanwhile. Otherwise it would be suspended later, after its new owner accepted it.
        if (!isUnfinished && isDomainError(error) && error.code !== 'unavailable') await undone(begun, by);
        throw error;
      });
      return applied(id, kill);
    },

    async reopen(id, expected, stops, by) {
      const held = await found(id, expected);
      const { state } = held.document;
      if (state === 'open' || state === 'resolved') throw findingRefusal('finding_not_decided');
      if (state === 'quarantined') await stops.resume(held.document, by);
      return undone(held, by);
    },
  };
};

const changed = () => documentRefusal('object_changed', { params: { kind: 'finding' } });

const checkOpen = ({ kind, state }: Finding, act: FindingAct): void => {
  const { acts } = kindOf(kind);
  if (!acts.includes(act)) throw findingRefusal('finding_act_unfit', { params: { kind, acts: acts.join(', ') } });
  if (state !== 'open') throw findingRefusal('finding_decided', { params: { state } });
};

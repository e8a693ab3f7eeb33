/**
 * Examines what time or another object changed, found by index: so that its findings come within about a minute, however many agents there are. The
 * walk over everything (discovery-sweep.ts) finds the rest.
 */
import type { AuditEvent } from '../audit/audit-event.ts';
import { AGENTS, type Agent } from '../clients/agents/agent.ts';
import { AGENT_USE, type AgentUse } from '../clients/agents/agent-last-used.ts';
import type { Collection, Cursor, Document, DocumentStore, Query } from '../ports/document-store.ts';
import { SOON_SECONDS, UNUSED_SECONDS, VERY_SOON_SECONDS } from './examination.ts';
import type { Examiner } from './examiner.ts';
import { FINDINGS, type Finding } from './finding.ts';

/** Documents of one step: as many as one of the walk. */
const AT_ONCE = 160;
/** A query costs as much as so many documents. */
const COST_OF_QUERY = 8;
/** Owners and blueprints that wait. Of more, the walk finds the agents. */
const MOST_WAITING = 1000;

/** An event comes before its change, and agents in their effective state are known for some seconds. */
const SETTLED_SECONDS = 10;

/** What an event is about, and by which member its agents name it. */
const FIELDS: Readonly<Record<string, 'owner' | 'blueprint'>> = {
  blueprint: 'blueprint',
  account: 'owner',
  group: 'owner',
};

/** The agents of one owner or blueprint, which changed at that time. */
type Group = { readonly field: 'owner' | 'blueprint'; readonly value: string; readonly at: number };

export interface DueSubjects {
  /** Notes that the agents of an owner or blueprint may have other findings. */
  note(event: Pick<AuditEvent, 'target'>): void;
  /**
   * Examines at most AT_ONCE subjects. `from`: what came due before was examined, epoch seconds. Returns the time up to which all that is due is
   * examined; undefined: there is more. Throws StoreUnavailable.
   */
  step(from: number): Promise<number | undefined>;
  /** Forgets what was noted, and how far a pass has come: the next step begins again, and the walk finds what was noted. */
  forget(): void;
}

/** One query of a pass, a page at a time. */
type Part = { after: Cursor | undefined; page(after: Cursor | undefined): Promise<Page> };
type Page = { readonly ids: readonly string[]; readonly last: Cursor | undefined; readonly isWhole: boolean };

const paged =
  <T extends Document>(
    collection: Pick<Collection<T>, 'find'>,
    query: Pick<Query, 'where' | 'range'> & { readonly by: string & keyof T },
    idOf: (document: T) => string,
  ): Part['page'] =>
  async (after) => {
    const { by, ...rest } = query;
    const found = await collection.find({
      ...{ ...rest, order: { by, direction: 'ascending' }, limit: AT_ONCE },
      ...(after ? { after } : {}),
    });
    const last = found.at(-1)?.document;
    return {
      ids: found.map(({ document }) => idOf(document)),
      last: last && { value: Number(last[by]), id: last.id },
      isWhole: found.length < AT_ONCE,
    };
  };

export const dueSubjects = (deps: {
  readonly documents: DocumentStore;
  readonly examiner: Examiner;
  readonly clock: { now(): number };
}): DueSubjects => {
  const agents = deps.documents.collection<Agent>(AGENTS);
  const uses = deps.documents.collection<AgentUse>(AGENT_USE);
  const findings = deps.documents.collection<Finding>(FINDINGS);
  const groups = new Map<string, Group>();
  /** The pass under way: up to when, and what is left of it. */
  let pass: { readonly until: number; readonly parts: Part[] } | undefined;

  const part = (page: Part['page']): Part => ({ after: undefined, page });

  /** Everything that time changes between the two times. Both ends are part of it, so that nothing falls between two passes. */
  const timed = (from: number, until: number): Part[] => {
    const between = <Field extends string>(field: Field, seconds: number) =>
      ({ by: field, range: { field, gte: from + seconds, lte: until + seconds } }) as const;
    const id = ({ id: own }: Document): string => own;
    return [
      ...[SOON_SECONDS, VERY_SOON_SECONDS].flatMap((ahead) => [
        part(paged(agents, between('credentialsEndAt', ahead), id)),
        part(paged(agents, { where: { state: 'active' }, ...between('expiresAt', ahead) }, id)),
        part(paged(agents, { where: { state: 'suspended' }, ...between('expiresAt', ahead) }, id)),
      ]),
      // From its last token, and from when it was resumed or has its owner.
      part(paged(uses, between('usedAt', -UNUSED_SECONDS), id)),
      part(paged(uses, between('idleFrom', -UNUSED_SECONDS), id)),
      part(paged(findings, { where: { state: 'dismissed' }, ...between('until', 0) }, ({ subject }) => subject)),
    ];
  };

  /** All that are known. Those that changed just now stay for the next pass: one that changes often waits no longer for its first one. */
  const ofGroups = (until: number): Part[] => {
    const all = [...groups];
    for (const [key, { at }] of all) if (at <= until - SETTLED_SECONDS) groups.delete(key);
    return all.map(([, { field, value }]) =>
      part(paged(agents, { where: { [field]: value }, by: 'createdAt' }, ({ id }) => id)),
    );
  };

  return {
    note({ target }) {
      const field = FIELDS[target?.kind ?? ''];
      if (!target || !field) return;
      const key = `${field} ${target.id}`;
      if (groups.size >= MOST_WAITING && !groups.has(key)) return;
      groups.set(key, { field, value: target.id, at: deps.clock.now() });
    },

    async step(from) {
      const until = deps.clock.now();
      // First what is due by time: the agents of a large group may take many steps.
      pass ??= { until, parts: [...timed(from, until), ...ofGroups(until)] };
      for (let left = AT_ONCE; left > 0; ) {
        const [first] = pass.parts;
        if (!first) {
          const done = pass.until;
          pass = undefined;
          return done;
        }
        const { ids, last, isWhole } = await first.page(first.after);
        if (ids.length > 0) await deps.examiner.examine(ids);
        left -= Math.max(ids.length, COST_OF_QUERY);
        first.after = last;
        if (isWhole) pass.parts.shift();
      }
      return undefined;
    },

    forget() {
      pass = undefined;
      groups.clear();
    },
  };
};

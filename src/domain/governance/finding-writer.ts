/** Keeps the stored findings of a subject as they are now. One process at a time does (discovery.ts); people may decide meanwhile. */
import { type AuditEvent, type AuditLog, OVER_FIRST } from '../audit/audit-event.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, tryInsert, type Versioned } from '../ports/document-store.ts';
import type { Observed } from './examination.ts';
import {
  FINDING_KINDS,
  FINDINGS,
  type Finding,
  type FindingKind,
  findingId,
  kindOf,
  MOST_EVIDENCE,
  type SubjectKind,
  scoreOf,
} from './finding.ts';
import { LEAST_SCORE } from './undeclared-signs.ts';

/** A subject with all findings that it has now. */
export type Examined = {
  readonly subject: string;
  readonly subjectKind: SubjectKind;
  readonly name: string;
  readonly owner?: string | undefined;
  readonly observed: readonly Observed[];
  /** It is disabled or suspended. */
  readonly isBlocked?: boolean;
  /** It is retired or does not exist any more. */
  readonly isGone?: boolean;
};

/** Most subjects of one call: all their findings are read at once. */
export const MOST_EXAMINED = 80;
/** How long a resolved finding is kept. */
const KEPT_SECONDS = 90 * 86_400;
/** A dismissed finding whose score rises by so much is open again. */
const RISEN = 20;
/** Numbers of a finding are stored at most once an hour, unless its score changes, or what is stored is added to (`countedFrom`). */
const QUIET_SECONDS = 3600;

type Change = {
  readonly next: Finding;
  readonly event?: 'finding.opened' | 'finding.resolved';
  readonly note?: string;
};

export interface FindingWriter {
  /**
   * Opens, updates and resolves the findings of these subjects, at most MOST_EXAMINED. Returns the findings whose quarantine is
   * not in effect yet. `isObservedOnly`: reads only the stored findings of kinds that were observed, so that none is resolved. Throws
   * StoreUnavailable.
   */
  keep(examined: readonly Examined[], how?: { readonly isObservedOnly: boolean }): Promise<readonly Finding[]>;
}

export const findingWriter = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly onOpened?: (finding: Finding) => void;
}): FindingWriter => {
  const { audit, clock } = deps;
  const collection = deps.documents.collection<Finding>(FINDINGS);

  const store = async ({ next, event, note }: Change, before: Versioned<Finding> | undefined): Promise<void> => {
    const recorded: AuditEvent | undefined = event && {
      ...{ type: event, outcome: 'done', caller: 'system', target: { kind: 'finding', id: next.id } },
      ...(next.owner === undefined ? {} : { owner: next.owner }),
      inputs: {
        ...{ kind: next.kind, subject: next.subject, score: next.score },
        reasons: next.parts.map(({ reason }) => reason),
      },
      ...(note === undefined ? {} : { note }),
    };
    if (recorded) await audit.append(recorded);
    const isStored = before ? await collection.replace(next, before.version) : await tryInsert(collection, next);
    // A person decided at the same time. The next examination compares with that.
    if (!isStored && recorded) await audit.append({ ...recorded, ...OVER_FIRST });
    else if (event === 'finding.opened') deps.onOpened?.(next);
  };

  return {
    async keep(examined, { isObservedOnly = false } = { isObservedOnly: false }) {
      const fitting = examined.flatMap((one) => {
        const kinds = isObservedOnly
          ? one.observed.map(({ kind }) => kind)
          : FINDING_KINDS.filter((kind) => kindOf(kind).subject.includes(one.subjectKind));
        return kinds.map((kind) => ({ kind, one }));
      });
      if (fitting.length === 0) return [];
      const ids = fitting.map(({ kind, one }) => findingId(kind, one.subject));
      const found = await collection.getMany(ids);
      const stored = new Map(found.map((one) => [one.document.id, one]));
      const waiting: Finding[] = [];
      for (const { kind, one } of fitting) {
        const before = stored.get(findingId(kind, one.subject));
        const seen = one.observed.find((observed) => observed.kind === kind);
        const change = changeOf(before?.document, kind, one, seen, clock.now());
        if (change) await store(change, before);
        const { state, isApplied } = change?.next ?? before?.document ?? {};
        if (before && state === 'quarantined' && !isApplied && !one.isBlocked) waiting.push(before.document);
      }
      return waiting;
    },
  };
};

/** What becomes of a stored finding. Undefined: nothing. */
export const changeOf = (
  before: Finding | undefined,
  kind: FindingKind,
  one: Examined,
  seen: Observed | undefined,
  now: number,
): Change | undefined => {
  if (!before || before.state === 'resolved') {
    return seen && mayOpen(kind, seen)
      ? { next: opened(before, kind, one, seen, now), event: 'finding.opened' }
      : undefined;
  }
  const isOver = one.isGone || !seen;
  const resolved: Change = {
    next: { ...before, state: 'resolved', updatedAt: now, expiresAt: now + KEPT_SECONDS },
    event: 'finding.resolved',
  };
  const again = (note: string): Change | undefined =>
    seen && { next: opened(before, kind, one, seen, now), event: 'finding.opened', note };
  switch (before.state) {
    case 'open':
      return isOver ? resolved : updated(before, one, seen, now);
    case 'dismissed': {
      if (isOver) return resolved;
      if ((before.until ?? 0) <= now) return again('the time of the dismissal is over');
      const isRisen = scoreOf(seen.parts) >= (before.dismissedScore ?? before.score) + RISEN;
      return isRisen ? again('the score has risen since the dismissal') : updated(before, one, seen, now);
    }
    case 'adopted':
      if (one.isGone) return resolved;
      return seen?.parts.some(({ reason }) => reason === 'used_after_adoption')
        ? again('the client is still used after its adoption')
        : undefined;
    case 'quarantined':
      if (one.isGone) return resolved;
      if (!before.isApplied || one.isBlocked || before.kill !== undefined) return undefined;
      return isOver ? resolved : again('the subject was resumed');
  }
};

/** Whether the finding of a kind about a subject is open once `keep` has examined it. */
export const isOpenAfter = (before: Finding | undefined, kind: FindingKind, one: Examined, now: number): boolean => {
  const seen = one.observed.find((observed) => observed.kind === kind);
  return (changeOf(before, kind, one, seen, now)?.next ?? before)?.state === 'open';
};

const mayOpen = (kind: FindingKind, seen: Observed): boolean =>
  kind !== 'undeclared_agent' || scoreOf(seen.parts) >= LEAST_SCORE;

const now_ = (one: Examined, seen: Observed) => ({
  name: one.name,
  ...(one.owner === undefined ? {} : { owner: one.owner }),
  ...{ score: scoreOf(seen.parts), parts: seen.parts },
  ...(seen.endsAt === undefined ? {} : { endsAt: seen.endsAt }),
  ...(seen.countedFrom === undefined ? {} : { countedFrom: seen.countedFrom }),
});

const opened = (
  before: Finding | undefined,
  kind: FindingKind,
  one: Examined,
  seen: Observed,
  now: number,
): Finding => ({
  ...{ id: findingId(kind, one.subject), kind, subjectKind: one.subjectKind, subject: one.subject, state: 'open' },
  ...now_(one, seen),
  evidence: seen.evidence.slice(-MOST_EVIDENCE),
  ...{ foundAt: now, createdAt: before?.createdAt ?? now, updatedAt: now },
});

const updated = (before: Finding, one: Examined, seen: Observed, now: number): Change | undefined => {
  const { owner: _, endsAt: __, ...rest } = before;
  const next: Finding = {
    ...rest,
    ...now_(one, seen),
    evidence: [...new Set([...before.evidence, ...seen.evidence])].slice(-MOST_EVIDENCE),
  };
  const isSame = JSON.stringify(sorted(next)) === JSON.stringify(sorted(before));
  const isQuiet =
    seen.countedFrom === undefined &&
    next.score === before.score &&
    next.name === before.name &&
    next.owner === before.owner;
  if (isSame || (isQuiet && next.endsAt === before.endsAt && now < before.updatedAt + QUIET_SECONDS)) return undefined;
  return { next: { ...next, updatedAt: now } };
};

const sorted = (finding: Finding) => Object.entries(finding).sort(([one], [other]) => (one < other ? -1 : 1));

/**
 * Findings about those that name what this server does not know: resource servers that report tokens which it did not issue for them, and
 * transmitters whose security events are about unknown subjects.
 */
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { findingsOfReporter, type UnknownKind } from './examination.ts';
import { FINDINGS, type Finding, findingId } from './finding.ts';
import type { FindingWriter } from './finding-writer.ts';

const DAY = 86_400;
/** A finding is resolved when nothing was reported for so long. */
const QUIET_SECONDS = 7 * DAY;

const SUBJECT_OF = { unknown_tokens: 'resource_server', unknown_subjects: 'transmitter' } as const satisfies Record<
  UnknownKind,
  Finding['subjectKind']
>;

const isUnknownKind = (kind: string): kind is UnknownKind => Object.hasOwn(SUBJECT_OF, kind);

/** `reporter`: id of a resource server or transmitter. `evidence`: ids of audit records. */
export type Reported = {
  readonly kind: UnknownKind;
  readonly reporter: string;
  readonly count: number;
  readonly evidence: readonly string[];
};

type Counted = Required<Pick<Finding, 'countedFrom'>>;

export interface ReporterFindings {
  /** Opens or updates the finding. Its number is of one day at most: after a day the count begins again. One process at a time calls it. */
  reported(reported: Reported): Promise<void>;
  /** Resolves it when its time is over. Leaves findings of other kinds as they are. */
  settle(finding: Finding): Promise<void>;
}

export const reporterFindings = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly writer: FindingWriter;
  /** The name of a reporter. Undefined: it is gone. */
  readonly nameOf: Readonly<Record<UnknownKind, (id: string) => Promise<string | undefined>>>;
}): ReporterFindings => {
  const { clock, writer, nameOf } = deps;
  const findings = deps.documents.collection<Finding>(FINDINGS);

  const keep = async ({ kind, reporter, count, countedFrom, evidence }: Reported & Counted): Promise<void> => {
    const name = await nameOf[kind](reporter);
    await writer.keep([
      {
        ...{ subject: reporter, subjectKind: SUBJECT_OF[kind], name: name ?? reporter },
        observed: findingsOfReporter(kind, { count: name === undefined ? 0 : count, countedFrom, evidence }),
        isGone: name === undefined,
      },
    ]);
  };

  return {
    async reported({ count, ...one }) {
      const before = (await findings.get(findingId(one.kind, one.reporter)))?.document;
      const from = before && before.state !== 'resolved' ? (before.countedFrom ?? before.foundAt) : 0;
      const isSameDay = from > clock.now() - DAY;
      const counted = isSameDay ? (before?.parts[0]?.value ?? 0) : 0;
      await keep({ ...one, count: counted + count, countedFrom: isSameDay ? from : clock.now() });
    },

    async settle({ kind, subject, updatedAt }) {
      if (isUnknownKind(kind) && updatedAt <= clock.now() - QUIET_SECONDS)
        await keep({ kind, reporter: subject, count: 0, countedFrom: clock.now(), evidence: [] });
    },
  };
};

/**
 * What an export says of the transparency log: a checkpoint with the cosignatures of witnesses, and for the last record of each
 * stream a proof that the tree has it. A record names the digest of the one before, so the proof covers all records up to it.
 * transparency-log/log-statement.ts verifies it.
 */
import type { Heads } from './audit-record.ts';
import type { Warning } from './findings.ts';
import type { Followed } from './line-check.ts';

/** Most streams of which a statement has the last record: those of the last entries. */
export const MOST_LOGGED_STREAMS = 256;

/** The member `log` of the header of an export. */
export type LogStatement = {
  readonly verifierKey: string;
  /** The signed note, with the cosignatures of witnesses. */
  readonly checkpoint: string;
  /** `proof`: base64, from the sibling of the leaf up to the child of the root. */
  readonly heads: readonly {
    readonly stream: string;
    readonly sequence: number;
    readonly hash: string;
    readonly index: number;
    readonly proof: readonly string[];
  }[];
};

/** What a verified statement says. `cosigned`: the witnesses of the policy that did; absent without a policy. */
export type LoggedFacts = {
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  readonly verifierKey: string;
  /** `at`: epoch seconds, as the witness states them. */
  readonly cosigned?: readonly { readonly name: string; readonly at: number }[];
};

/** `isTrusted`: a policy asked for the cosignatures, so that other records are a second history. */
export type LoggedHeads = { readonly facts: LoggedFacts; readonly heads: Heads; readonly isTrusted: boolean };

/** Verifies the member `log` of a header. Undefined when there is none, and none is asked for. Throws a Fault. */
export type OpenLog = (value: unknown) => LoggedHeads | undefined;

/** How much older than the export a record outside of the checkpoint may be, in milliseconds: witnesses are asked at an interval. */
const LATE_MILLISECONDS = 600_000;

/** Which records the proofs of a statement cover. */
export interface LoggedCheck {
  /** The next record of its stream. */
  follow(record: Followed): void;
  /** Number of records that no proof covers. */
  uncovered(): number;
  /**
   * Streams with records that no proof covers although they are old. A statement of the most streams has no room for the others,
   * so there these are no warning. `exportedAt`: milliseconds since the epoch.
   */
  warnings(exportedAt: number): readonly Warning[];
}

export const loggedCheck = (heads: Heads): LoggedCheck => {
  const last = new Map(heads.map(({ stream, sequence }) => [stream, sequence]));
  const first = new Map<string, Followed>();
  const isFull = last.size >= MOST_LOGGED_STREAMS;
  let uncovered = 0;
  return {
    follow(record) {
      if (record.sequence <= (last.get(record.stream) ?? 0)) return;
      uncovered += 1;
      if (!first.has(record.stream)) first.set(record.stream, record);
    },
    uncovered: () => uncovered,
    warnings: (exportedAt) =>
      [...first.values()]
        .filter(({ at, stream }) => exportedAt - at > LATE_MILLISECONDS && (last.has(stream) || !isFull))
        .map(({ stream, sequence }) => ({
          finding: 'not_logged',
          stream,
          sequence,
          problem: `the checkpoint of the transparency log covers neither record ${sequence} of stream ${stream} nor any later record`,
        })),
  };
};

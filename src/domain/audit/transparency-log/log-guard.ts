/**
 * Decides whether a process signs on from a stored state of a log, and shows it. An editor of the database could otherwise
 * have any tree signed, or a log continued from an older state.
 */
import { auditRefusal } from '../audit-refusals.ts';
import type { LogDocument } from './log-documents.ts';
import type { LogTree } from './log-tree.ts';
import { consistencyProof, isConsistent, rootAt, rootOfPeaks } from './merkle-tree.ts';
import { type Checkpoint, type NoteVerifier, openCheckpoint } from './signed-note.ts';

/** Checkpoints that are kept outside the database. */
export type TrustedCheckpoints = {
  /** The signed note of the log with this origin; undefined when none was kept. */
  read(origin: string): string | undefined;
  /** Keeps the note, which is of a log of this origin. */
  keep(origin: string, note: string): void;
};

export interface LogGuard {
  /** The checkpoint that a state that is read from now on must continue. Take it before the read. */
  trusted(): Trusted | undefined;
  /**
   * Checks that the state has the size and root of its checkpoint, and continues the trusted one. Throws `log_not_trusted`
   * when it does not, and StoreUnavailable when the store fails.
   */
  check(log: LogDocument, trusted: Trusted | undefined): Promise<void>;
  /** Checks that the entries of a checked state give its root, and returns its tree, whose hashes follow from them. Throws like `check`. */
  checkTail(log: LogDocument): Promise<GuardedTree>;
  /**
   * Checks that a checkpoint for readers is signed, that the checked state contains its tree, and that it is not smaller than the
   * last one. Returns its size. Throws like `check`.
   */
  checkShown(log: LogDocument, note: string): Promise<number>;
  /** Notes a checkpoint that this process has signed and published. */
  published(note: string, checkpoint: Checkpoint): void;
}

export type GuardedTree = Pick<LogTree, 'row' | 'subtree'>;

export type Trusted = { readonly note: string; readonly checkpoint: Checkpoint };

/** How often a process writes a trusted checkpoint outside the database, in seconds. */
const KEEP_EVERY_SECONDS = 10;

/** The number of complete subtrees of a tree. */
const peakCount = (size: number): number => [...size.toString(2)].filter((digit) => digit === '1').length;

export const logGuard = (deps: {
  readonly kept: TrustedCheckpoints;
  /** From the sealed key: not from what the database says about it. */
  readonly verifierOf: (log: LogDocument) => NoteVerifier;
  readonly treeOf: (log: LogDocument) => GuardedTree;
  readonly clock: { now(): number };
  /** Called once for each consecutive refusal. */
  readonly refused: (origin: string, problem: string) => void;
}): LogGuard => {
  const { kept, clock } = deps;
  let newest: Trusted | undefined;
  let written: { readonly note: string; readonly at: number } | undefined;
  let told: string | undefined;
  let shown: Trusted | undefined;

  const refuse = (log: LogDocument, problem: string): never => {
    if (told !== problem) deps.refused(log.origin, problem);
    told = problem;
    throw auditRefusal('log_not_trusted');
  };

  const keep = (): void => {
    if (!newest || newest.note === written?.note || clock.now() < (written?.at ?? 0) + KEEP_EVERY_SECONDS) return;
    kept.keep(newest.checkpoint.origin, newest.note);
    written = { note: newest.note, at: clock.now() };
  };

  const follow = (note: string, checkpoint: Checkpoint): void => {
    if (newest?.checkpoint.origin !== checkpoint.origin || newest.checkpoint.size <= checkpoint.size) {
      newest = { note, checkpoint };
    }
    keep();
  };

  /** What was kept outside the database of this log: read once, when this process has published nothing of it. */
  const keptOf = (log: LogDocument): Checkpoint | undefined => {
    const note = kept.read(log.origin);
    if (note === undefined) return undefined;
    const opened = openCheckpoint(note, deps.verifierOf(log));
    return opened ?? refuse(log, 'the kept checkpoint was changed: the key of the log did not sign it');
  };

  return {
    trusted: () => newest,
    async check(log, trusted) {
      const isSame = trusted?.note === log.checkpoint && trusted.checkpoint.origin === log.origin;
      const checkpoint = isSame ? trusted.checkpoint : openCheckpoint(log.checkpoint, deps.verifierOf(log));
      if (checkpoint?.origin !== log.origin) return refuse(log, 'its key did not sign the stored checkpoint');
      const peaks = log.peaks.map((one) => Buffer.from(one, 'base64'));
      const isWhole = log.size === checkpoint.size && peaks.length === peakCount(log.size);
      if (!isWhole || !rootOfPeaks(peaks).equals(checkpoint.root)) {
        return refuse(log, `its checkpoint signs ${checkpoint.size} entries, and the stored log is another tree`);
      }
      if (!isSame) {
        const before = trusted?.checkpoint.origin === log.origin ? trusted.checkpoint : keptOf(log);
        if (before && before.size > checkpoint.size) {
          return refuse(log, `it has ${checkpoint.size} entries, and a trusted checkpoint signs ${before.size}`);
        }
        if (before) {
          const proof = await consistencyProof(deps.treeOf(log).subtree, before.size, checkpoint.size);
          if (!isConsistent(before, checkpoint, proof)) {
            return refuse(log, `it does not contain the ${before.size} entries that a trusted checkpoint signs`);
          }
        }
      }
      told = undefined;
      follow(log.checkpoint, checkpoint);
    },
    async checkTail(log) {
      const tree = deps.treeOf(log);
      const root = await rootAt(tree.subtree, log.size);
      if (!root.equals(rootOfPeaks(log.peaks.map((one) => Buffer.from(one, 'base64'))))) {
        return refuse(log, 'its stored entries do not give the root that its checkpoint signs');
      }
      return tree;
    },
    async checkShown(log, note) {
      if (shown?.note === note && shown.checkpoint.origin === log.origin) return shown.checkpoint.size;
      const checkpoint = openCheckpoint(note, deps.verifierOf(log));
      if (!checkpoint || checkpoint.size > log.size) {
        return refuse(log, 'its key did not sign the stored checkpoint for readers, or the log is an older one');
      }
      if (!checkpoint.root.equals(await rootAt(deps.treeOf(log).subtree, checkpoint.size))) {
        return refuse(log, `it does not contain the ${checkpoint.size} entries that readers saw`);
      }
      if (shown?.checkpoint.origin === log.origin && shown.checkpoint.size > checkpoint.size) {
        return refuse(log, `readers saw ${shown.checkpoint.size} entries, and are to see ${checkpoint.size}`);
      }
      shown = { note, checkpoint };
      return checkpoint.size;
    },
    published: follow,
  };
};

/**
 * A witness for transparency logs (C2SP tlog-witness): cosigns a checkpoint only if it continues the last one that it cosigned
 * of this origin. Refuses an older state and another view. Owns the decision; state.ts keeps what was decided, and
 * witness-server.ts speaks HTTP.
 */

import {
  type CosignatureVerifier,
  type Cosigner,
  cosignatureVerifier,
  textOfNote,
} from '../domain/audit/transparency-log/cosignature.ts';
import { HASH_LENGTH, isConsistent, rootOfPeaks, type TreeHash } from '../domain/audit/transparency-log/merkle-tree.ts';
import {
  type Checkpoint,
  exactBase64,
  type NoteVerifier,
  parseCheckpoint,
} from '../domain/audit/transparency-log/signed-note.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { WitnessState } from './state.ts';

/** An answer of HTTP. */
export type Answer = {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422 | 503;
  readonly body: string;
  readonly type?: string;
};

export interface Witness {
  /** Answers `add-checkpoint`. `outcome` is for the log of the process. */
  addCheckpoint(body: string): Answer;
  /** The last checkpoint of the origin with this hash (hex), with its cosignature; undefined when there is none. */
  checkpoint(originHash: string): string | undefined;
}

/** What happened, for the log of the process. */
export type WitnessEvent = Readonly<Record<string, string | number>> & { readonly event: string };

const MOST_PROOF_LINES = 63;
const SIZE = /^old (0|[1-9]\d{0,15})$/;
const SIZE_TYPE = 'text/x.tlog.size';

type Request = { readonly old: number; readonly proof: readonly TreeHash[]; readonly note: string };

/** Reads the body of a request. Undefined when it has another form. */
const requestIn = (body: string): Request | undefined => {
  const end = body.indexOf('\n\n');
  const [first = '', ...lines] = end < 0 ? [] : body.slice(0, end).split('\n');
  const old = Number(SIZE.exec(first)?.[1] ?? Number.NaN);
  const proof = lines.map(exactBase64);
  const isWhole = (one: TreeHash | undefined): one is TreeHash => one?.length === HASH_LENGTH;
  if (!Number.isSafeInteger(old) || proof.length > MOST_PROOF_LINES || !proof.every(isWhole)) return undefined;
  return { old, proof, note: body.slice(end + 2) };
};

/** `hashOf`: hash of an origin, as its path has it. */
export const witness = (deps: {
  readonly cosigner: Cosigner;
  readonly logs: ReadonlyMap<string, readonly NoteVerifier[]>;
  readonly state: WitnessState;
  readonly hashOf: (origin: string) => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: (event: WitnessEvent) => void;
}): Witness => {
  const { logs, state, clock, log } = deps;
  const own: CosignatureVerifier = cosignatureVerifier(deps.cosigner.verifierKey);
  const origins = new Map([...logs.keys()].map((origin) => [deps.hashOf(origin), origin]));

  /** The checkpoint that is stored, and when it was cosigned. Throws an Error when the file is not what this witness wrote. */
  const opened = (origin: string, note: string | undefined) => {
    if (note === undefined) return undefined;
    const checkpoint = parseCheckpoint(textOfNote(note) ?? '');
    const cosigned = own.read(note);
    if (checkpoint?.origin !== origin || cosigned.state !== 'cosigned') {
      throw new Error(`the stored state of ${origin} is damaged`);
    }
    return { checkpoint, at: cosigned.at, line: cosigned.line };
  };

  /** The checkpoint that a key of its log signed, with its signature only. Undefined also when a signature of another key is wrong. */
  const signedBy = (origin: string, note: string) => {
    const found = (logs.get(origin) ?? []).map((verifier) => verifier.read(note));
    if (found.some(({ state: one }) => one === 'wrong')) return undefined;
    const signed = found.find((one) => one.state === 'signed');
    const checkpoint = parseCheckpoint(signed?.text ?? '');
    return signed && checkpoint ? { ...signed, checkpoint } : undefined;
  };

  const problemOf = ({ old, proof }: Request, known: Checkpoint | undefined, next: Checkpoint): string | undefined => {
    if (next.size === 0 && !next.root.equals(rootOfPeaks([]))) return 'an empty tree has another root';
    if (known === undefined || old === 0) {
      if (known && old === next.size && !known.root.equals(next.root)) return 'the roots of one size differ';
      return proof.length === 0 ? undefined : 'a proof from size 0 is empty';
    }
    if (isConsistent(known, next, proof)) return undefined;
    return old === next.size ? 'the roots of one size differ' : 'the consistency proof does not verify';
  };

  const keepSplitView = (origin: string, known: string | undefined, note: string): void => {
    const before = opened(origin, known)?.checkpoint;
    const after = parseCheckpoint(textOfNote(note) ?? '');
    if (known === undefined || !before || before.size !== after?.size || before.root.equals(after.root)) return;
    const isNew = state.keepEvidence(origin, `${known}\n${note}`);
    log({ event: 'split_view', origin, size: before.size, evidence: isNew ? 'kept' : 'kept before' });
  };

  const decide = (request: Request, origin: string): Answer => {
    const refuse = (status: Answer['status'], body: string, type?: string): Answer => {
      log({ event: 'refused', origin, status, problem: body.trim(), old: request.old });
      return { status, body: body.endsWith('\n') ? body : `${body}\n`, ...(type === undefined ? {} : { type }) };
    };
    const signed = signedBy(origin, request.note);
    if (!signed) return refuse(403, 'no trusted key of this log signed the checkpoint');
    const { checkpoint: next, text, note } = signed;
    if (request.old > next.size) return refuse(400, 'the old size is above the size of the checkpoint');
    keepSplitView(origin, state.read(origin), note);
    return state.advance<Answer>(origin, (stored) => {
      const known = opened(origin, stored);
      const size = known?.checkpoint.size ?? 0;
      if (request.old !== size) return { answer: refuse(409, `${size}\n`, SIZE_TYPE) };
      const problem = problemOf(request, known?.checkpoint, next);
      if (problem !== undefined) return { answer: refuse(422, problem) };
      // A clock that is set back must not date a later tree before an earlier one.
      const at = Math.max(clock.now(), known?.at ?? 0);
      const isSame = stored === note + (known?.line ?? '') && known?.at === at;
      const line = isSame ? known.line : deps.cosigner.cosign(text, at);
      log({ event: 'cosigned', origin, size: next.size, old: size });
      return { ...(isSame ? {} : { write: note + line }), answer: { status: 200, body: line } };
    });
  };

  return {
    addCheckpoint(body) {
      const request = requestIn(body);
      const text = request && textOfNote(request.note);
      const origin = text === undefined ? undefined : parseCheckpoint(text)?.origin;
      if (!request || origin === undefined) return { status: 400, body: 'this is no request of add-checkpoint\n' };
      if (!logs.has(origin)) return { status: 404, body: 'this witness does not know the log\n' };
      try {
        return decide(request, origin);
      } catch (error) {
        const { message, code = 'none' } = error as { readonly message: string; readonly code?: string };
        log({ event: 'failed', origin, problem: message, code });
        return { status: 503, body: 'the state could not be read or written; nothing was cosigned\n' };
      }
    },
    checkpoint(hash) {
      const origin = origins.get(hash);
      if (origin === undefined) return undefined;
      const stored = state.read(origin);
      return opened(origin, stored) && stored;
    },
  };
};

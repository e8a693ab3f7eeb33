/** Verifies what an export says of the log: see ../logged-heads.ts. */
import { broken } from '../findings.ts';
import type { LoggedHeads, LogStatement } from '../logged-heads.ts';
import { isStreamName } from '../signed-heads.ts';
import { entryText } from './log-entry.ts';
import { leafHash, rootOfInclusion } from './merkle-tree.ts';
import { exactBase64, type NoteVerifier, noteVerifier, openCheckpoint } from './signed-note.ts';
import { judged, problemOf, type WitnessPolicy } from './witness-policy.ts';

const UNREADABLE = 'the header says of the transparency log what cannot be read';

const isHead = (value: unknown): value is LogStatement['heads'][number] => {
  const { stream, sequence, hash, index, proof } = (value ?? {}) as LogStatement['heads'][number];
  return (
    isStreamName(stream) &&
    Number.isSafeInteger(sequence) &&
    sequence >= 1 &&
    typeof hash === 'string' &&
    Number.isSafeInteger(index) &&
    Array.isArray(proof) &&
    proof.every((one) => typeof one === 'string')
  );
};

const isStatement = (value: unknown): value is LogStatement => {
  const { verifierKey, checkpoint, heads } = (value ?? {}) as LogStatement;
  return (
    typeof verifierKey === 'string' && typeof checkpoint === 'string' && Array.isArray(heads) && heads.every(isHead)
  );
};

const verifierOf = (verifierKey: string): NoteVerifier => {
  try {
    return noteVerifier(verifierKey);
  } catch {
    return broken('unreadable', UNREADABLE);
  }
};

/**
 * Verifies a statement: the signature of the checkpoint, each proof, and with a policy that one of its logs signed and its
 * quorum cosigned. Undefined when the export has none and no policy asks for it. Throws a Fault.
 */
export const openStatement = (value: unknown, policy: WitnessPolicy | undefined): LoggedHeads | undefined => {
  if (value === undefined && !policy) return undefined;
  if (value === undefined)
    return broken('not_witnessed', 'the export has no checkpoint of the transparency log, so no witness cosigned it');
  if (!isStatement(value)) return broken('unreadable', UNREADABLE);
  const { verifierKey, checkpoint: note, heads } = value;
  const checkpoint = openCheckpoint(note, verifierOf(verifierKey));
  if (!checkpoint) return broken('signature_invalid', 'the checkpoint of the transparency log does not verify');
  // A witness may watch logs of others, too: its cosignature alone does not say which log this is.
  if (policy && !policy.logs.some((one) => openCheckpoint(note, one))) {
    broken('key_replaced', `no log of the policy signed the checkpoint, but ${verifierKey}`);
  }
  const verdict = policy && judged(note, policy);
  const unmet = verdict && problemOf(verdict);
  if (unmet !== undefined) broken('not_witnessed', unmet.replace(/^The /, 'the ').replace(/\.$/, ''));
  for (const { stream, sequence, hash, index, proof } of heads) {
    const hashes = proof.map((one) => exactBase64(one) ?? Buffer.alloc(0));
    const root = rootOfInclusion(leafHash(entryText({ stream, sequence, hash })), index, checkpoint.size, hashes);
    if (!root?.equals(checkpoint.root)) {
      const of = `record ${sequence} of stream ${stream}`;
      broken('log_changed', `the proof that the transparency log has ${of} does not give its root`, {
        stream,
        sequence,
      });
    }
  }
  const { origin, size } = checkpoint;
  return {
    facts: { origin, size, verifierKey, ...(verdict ? { cosigned: verdict.cosigned } : {}) },
    heads: heads.map(({ stream, sequence, hash }) => ({ stream, sequence, hash })),
    isTrusted: policy !== undefined,
  };
};

/** A proof that the log has an entry, as a file that verifies without the server (C2SP tlog-proof). */
import { entryText, type LogEntry, parseEntry } from './log-entry.ts';
import { HASH_LENGTH, leafHash, rootOfInclusion, type TreeHash } from './merkle-tree.ts';
import { type Checkpoint, exactBase64, type NoteVerifier, openCheckpoint } from './signed-note.ts';
import { policyProblem, type WitnessPolicy } from './witness-policy.ts';

/** The inclusion of one entry in the tree of a checkpoint. */
export type Inclusion = {
  readonly index: number;
  readonly entry: LogEntry;
  /** From the sibling of the leaf up to the child of the root. */
  readonly proof: readonly TreeHash[];
  /** The signed note. */
  readonly checkpoint: string;
};

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
/** Longest file that is read, in characters. */
const MOST_CHARACTERS = 131_072;

/** The text of the file. Its `extra` line is the entry: the verifier needs it for the hash of the leaf. */
export const proofText = ({ index, entry, proof, checkpoint }: Inclusion): string =>
  [
    FIRST_LINE,
    `extra ${Buffer.from(entryText(entry)).toString('base64')}`,
    `index ${index}`,
    ...proof.map((one) => one.toString('base64')),
    '',
    checkpoint,
  ].join('\n');

/** Reads the file. Undefined for a text of another form. */
const parseProof = (text: string): Inclusion | undefined => {
  const end = text.length > MOST_CHARACTERS ? -1 : text.indexOf('\n\n');
  if (end < 0) return undefined;
  const [first, extra = '', place = '', ...hashes] = text.slice(0, end).split('\n');
  const entry = parseEntry((exactBase64(extra.replace(/^extra /, '')) ?? '').toString());
  const [, digits] = /^index (0|[1-9]\d{0,15})$/.exec(place) ?? [];
  const proof = hashes.map(exactBase64);
  const isWhole = (one: TreeHash | undefined): one is TreeHash => one?.length === HASH_LENGTH;
  if (first !== FIRST_LINE || !extra.startsWith('extra ') || !entry || digits === undefined) return undefined;
  return proof.every(isWhole) ? { index: Number(digits), entry, proof, checkpoint: text.slice(end + 2) } : undefined;
};

export type ProofVerdict =
  | {
      readonly ok: true;
      readonly index: number;
      readonly entry: LogEntry;
      readonly checkpoint: Checkpoint;
      /** The checkpoint with its signatures. */
      readonly note: string;
    }
  | { readonly ok: false; readonly problem: string };

/**
 * Verifies the text of a proof with the keys of its log, one of which must have signed. With a policy, its witnesses must have
 * cosigned. `problem` is a sentence for people.
 */
export const verifyProof = (text: string, verifiers: readonly NoteVerifier[], policy?: WitnessPolicy): ProofVerdict => {
  const read = parseProof(text);
  if (!read) return { ok: false, problem: 'This is not a proof of an entry: it was changed or cut off.' };
  const checkpoint = verifiers.map((one) => openCheckpoint(read.checkpoint, one)).find((one) => one !== undefined);
  if (!checkpoint) {
    const names = verifiers.map(({ name }) => name).join(', ');
    return { ok: false, problem: `The log ${names} did not sign the checkpoint with the given key.` };
  }
  const unmet = policy && policyProblem(read.checkpoint, policy);
  if (unmet !== undefined) return { ok: false, problem: unmet };
  const { index, entry, proof } = read;
  const root = rootOfInclusion(leafHash(entryText(entry)), index, checkpoint.size, proof);
  if (!root?.equals(checkpoint.root)) {
    return {
      ok: false,
      problem: `Entry ${index} does not lead to the root that the checkpoint signs: it was changed.`,
    };
  }
  return { ok: true, index, entry, checkpoint, note: read.checkpoint };
};

/** Answers about the transparency log. */
import { named, ref } from '../schema.ts';
import { arrayOf, flag, integer, output, string } from '../schema-parts.ts';

const HASHES = arrayOf(string(), 'SHA-256 hashes of the proof, base64.');
const CHECKPOINT = string('Signed note (C2SP tlog-checkpoint) with origin, size and root of the log.');

const LOG_WITNESS = named(
  'LogWitness',
  output(
    {
      name: string('Name in the policy of the server.'),
      verifier_key: string('Key that verifies its cosignatures (C2SP tlog-cosignature).'),
      size: integer('Entries of the last checkpoint that it cosigned.'),
      at: integer('When it did, epoch seconds.'),
      problem: string('Why it did not cosign when the server asked last.'),
    },
    ['at', 'problem'],
  ),
);

export const TRANSPARENCY_LOG = named(
  'TransparencyLog',
  output(
    {
      origin: string('First line of each checkpoint.'),
      verifier_key: string('Key that verifies checkpoints (C2SP signed-note). Keep it outside this server.'),
      size: integer('Number of entries. Absent while no checkpoint has the cosignatures that it needs.'),
      checkpoint: CHECKPOINT,
      is_quorum: flag('Whether enough witnesses cosigned the last checkpoint. True without witnesses.'),
      witnesses: arrayOf(ref(LOG_WITNESS), 'Witnesses that the configuration names.'),
    },
    ['size', 'checkpoint'],
  ),
);

export const INCLUSION_PROOF = named(
  'InclusionProof',
  output({
    index: integer('Index of the entry.'),
    entry: string('Entry as the tree hashes it: JSON with the stream, the sequence and the digest of the record.'),
    proof: HASHES,
    checkpoint: CHECKPOINT,
  }),
);

export const CONSISTENCY_PROOF = named(
  'ConsistencyProof',
  output({ from: integer('Size of the smaller tree.'), to: integer('Size of the larger tree.'), proof: HASHES }),
);

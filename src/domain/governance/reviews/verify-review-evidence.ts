/** Verifies an archive of evidence of an access review (review-evidence.ts) with the key of the transparency log, without the server. */
import { hash } from 'node:crypto';
import type { RecordedEvent } from '../../audit/audit-record.ts';
import { asRecord, type ExportedRecord, parseLine } from '../../audit/export-lines.ts';
import { broken, type Fault } from '../../audit/findings.ts';
import { hashOf } from '../../audit/record-digest.ts';
import { entryText, type LogEntry } from '../../audit/transparency-log/log-entry.ts';
import { verifyProof } from '../../audit/transparency-log/log-proof.ts';
import { leafHash, rootOfInclusion } from '../../audit/transparency-log/merkle-tree.ts';
import {
  type Checkpoint,
  exactBase64,
  type NoteVerifier,
  openCheckpoint,
} from '../../audit/transparency-log/signed-note.ts';
import {
  judged,
  type PolicyVerdict,
  policyProblem,
  type WitnessPolicy,
} from '../../audit/transparency-log/witness-policy.ts';
import { compareItems, type ShownItem, type Unmatched } from './compare-review-evidence.ts';
import { ITEM_STATES } from './review.ts';
import { type EvidenceManifest, MANIFEST } from './review-evidence-files.ts';

export type EvidenceVerdict = Unmatched & {
  readonly review: string;
  readonly issuer: string;
  readonly name: string;
  readonly state: string;
  readonly items: number;
  /** Items by state. */
  readonly counts: Readonly<Record<string, number>>;
  /** Records of the review, and related ones. */
  readonly records: number;
  readonly policies: number;
  readonly log: Checkpoint;
  /** With a policy: which witnesses cosigned. */
  readonly cosigned?: PolicyVerdict['cosigned'];
};

/** The files of an archive by name. */
type Files = ReadonlyMap<string, Buffer>;
type Keys = { readonly verifiers: readonly NoteVerifier[]; readonly policy?: WitnessPolicy | undefined };

const altered = (name: string, why: string): never =>
  broken('evidence_altered', `${name} of the evidence was altered: ${why}`);

const bytesOf = (files: Files, name: string): Buffer =>
  files.get(name) ?? broken('evidence_incomplete', `${name} of the evidence is missing`);
const textOf = (files: Files, name: string): string => bytesOf(files, name).toString('utf8');
const digestOf = (bytes: Buffer): string => hash('sha256', bytes, 'hex');

/** What `read` returns; its Fault as one that names the file. */
const within = <T>(name: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    const { fault } = error as Partial<Fault>;
    if (fault === undefined) throw error;
    return altered(name, fault);
  }
};

const requireWitnesses = (note: string, policy: WitnessPolicy | undefined): void => {
  const unmet = policy && policyProblem(note, policy);
  if (unmet !== undefined) broken('not_witnessed', unmet.replace(/\.$/, ''));
};

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** The manifest that the log binds. Throws a Fault. */
const manifestOf = (files: Files, { verifiers, policy }: Keys): EvidenceManifest => {
  const proven = verifyProof(textOf(files, MANIFEST.proof), verifiers);
  if (!proven.ok) return broken('signature_invalid', `${MANIFEST.proof}: ${proven.problem.replace(/\.$/, '')}`);
  requireWitnesses(proven.note, policy);
  const record = within(MANIFEST.record, () => recordIn(textOf(files, MANIFEST.record).trimEnd()));
  if (!isOf(record, proven.entry)) altered(MANIFEST.record, 'it is not the record that the log has');
  const { type, target, inputs } = record.event;
  const bytes = bytesOf(files, MANIFEST.manifest);
  if (type !== 'review.evidence_written' || inputs?.['manifest'] !== digestOf(bytes))
    altered(MANIFEST.manifest, 'the log has the digest of another one');
  const manifest = within(MANIFEST.manifest, () => parseLine(bytes.toString('utf8').trimEnd())) as EvidenceManifest;
  if (manifest.review !== target?.id) altered(MANIFEST.manifest, 'it is of another review');
  return manifest;
};

const recordIn = (text: string): ExportedRecord => {
  const record = asRecord(parseLine(text));
  if (hashOf(record) !== record.hash) broken('record_changed', 'the record does not give its digest');
  return record;
};

const isOf = (record: ExportedRecord, { stream, sequence, hash: own }: LogEntry): boolean =>
  record.stream === stream && record.sequence === sequence && record.hash === own;

/** Each file is listed, and is the one that was written. */
const checkFiles = (files: Files, manifest: EvidenceManifest): void => {
  const own: readonly string[] = Object.values(MANIFEST);
  for (const name of files.keys()) {
    if (!own.includes(name) && !Object.hasOwn(manifest.files, name)) altered(name, 'the manifest does not have it');
  }
  for (const [name, digest] of Object.entries(manifest.files)) {
    if (digestOf(bytesOf(files, name)) !== digest) altered(name, 'it does not give the digest in the manifest');
  }
};

type ProvenLine = Record<string, unknown> & { readonly index: number; readonly proof: unknown };

const provenIn = (line: string): ProvenLine | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as ProvenLine) : undefined;
  } catch {
    return undefined;
  }
};

/** The records of a file, each proven against the checkpoint. Throws a Fault that names the record. */
const recordsIn = (files: Files, name: string, log: Checkpoint): readonly ExportedRecord[] =>
  linesOf(textOf(files, name)).map((line, at) => {
    const { index, proof, ...rest } = provenIn(line) ?? altered(name, `line ${at + 1} is no JSON`);
    const record = within(`${name}, line ${at + 1},`, () => asRecord(rest));
    const { stream, sequence } = record;
    const hashes = Array.isArray(proof) ? proof.map((one) => exactBase64(String(one)) ?? Buffer.alloc(0)) : [];
    const own = hashOf(record);
    const root = rootOfInclusion(leafHash(entryText({ stream, sequence, hash: own })), index, log.size, hashes);
    if (own !== record.hash || !root?.equals(log.root))
      altered(name, `record ${sequence} of stream ${stream} is not the one that the log has`);
    return record;
  });

const checkpointOf = (files: Files, { verifiers, policy }: Keys): Checkpoint => {
  const note = textOf(files, 'checkpoint');
  const log = verifiers.map((one) => openCheckpoint(note, one)).find((one) => one !== undefined);
  if (!log) return broken('signature_invalid', 'no given key signed the checkpoint of the evidence');
  requireWitnesses(note, policy);
  return log;
};

/** Each policy text is the one that was activated. Returns how many there are. */
const checkPolicies = (files: Files, events: readonly RecordedEvent[]): number => {
  const activated = events.filter(({ type }) => type === 'policy.activated');
  const digests = new Map(activated.map(({ inputs }) => [String(inputs?.['version']), inputs?.['digest']]));
  const names = [...files.keys()].filter((name) => name.startsWith('policies/'));
  for (const name of names) {
    const [, version = ''] = /^policies\/(\d+)\.cedar$/.exec(name) ?? [];
    if (digests.get(version) !== digestOf(bytesOf(files, name))) altered(name, 'it is not the text that was activated');
  }
  return names.length;
};

type ShownReview = { readonly id: string; readonly name: string; readonly state: string };

const parsed = <T>(name: string, line: string): T => within(name, () => parseLine(line)) as T;

/**
 * Verifies each file of an archive. `verifiers`: keys of the log, one of which must have signed. With a policy, its witnesses must have
 * cosigned. Throws a Fault that names the file, record or item.
 */
export const verifyReviewEvidence = (files: Files, keys: Keys): EvidenceVerdict => {
  const log = checkpointOf(files, keys);
  const ofReview = recordsIn(files, 'events.ndjson', log);
  const related = recordsIn(files, 'related.ndjson', log);
  const items = linesOf(textOf(files, 'items.ndjson')).map((line, at) =>
    parsed<ShownItem>(`items.ndjson, line ${at + 1},`, line),
  );
  const review = parsed<ShownReview>('review.json', textOf(files, 'review.json').trimEnd());
  const manifest = manifestOf(files, keys);
  if (review.id !== manifest.review) altered('review.json', 'it is of another review');
  // What names an item or a policy comes before the file that has it.
  const unmatched = within('items.ndjson', () => compareItems({ review, items, records: ofReview, related }));
  const policies = checkPolicies(
    files,
    related.map(({ event }) => event),
  );
  checkFiles(files, manifest);
  const counts = Object.fromEntries(
    ITEM_STATES.map((one) => [one, items.filter(({ state }) => state === one).length] as const).filter(
      ([, count]) => count > 0,
    ),
  );
  const cosigned = keys.policy && judged(textOf(files, 'checkpoint'), keys.policy).cosigned;
  return {
    ...{ review: review.id, issuer: manifest.issuer, name: review.name, state: review.state },
    ...{ items: items.length, counts, records: ofReview.length + related.length, policies, log },
    ...unmatched,
    ...(cosigned ? { cosigned } : {}),
  };
};

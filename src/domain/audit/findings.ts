import type { RecordPlace } from './record-digest.ts';

/** What a verification can find, by a name that programs compare. docs/reference/audit-log.md says which attack each of them shows. */
export const FINDINGS = {
  unreadable: 'A line is no JSON in canonical form, or no record.',
  cut_off: 'The end of the export is missing.',
  key_replaced: 'Another key than the pinned one signed the export or the log.',
  signature_invalid: 'A checkpoint, the signed head or the checkpoint of the transparency log was changed.',
  record_changed: 'The content of a record does not give its digest.',
  record_replaced: 'A record is another one than the next record or a checkpoint names.',
  records_missing: 'Records were removed.',
  records_moved: 'Records were doubled, swapped or put in.',
  lines_changed: 'The signed head is over other lines: the header or a personal value was changed.',
  personal_value_changed: 'A personal value does not give its commitment, was removed, or was put back.',
  forked: 'There are two different records at one place: two servers wrote one stream, or a copy was continued.',
  trusted_heads_changed: 'The trusted heads were changed, or are of another audit log.',
  older_than_trusted:
    'Records that the trusted heads or a trusted checkpoint name are missing: an older state, or a shortened one.',
  split_view: 'The key signed two histories: readers were shown different ones, or the log was written anew.',
  index_changed: 'Members that lists and searches use differ from the event.',
  not_witnessed:
    'Too few witnesses of the policy cosigned the checkpoint: readers may have been shown a second history.',
  archive_altered: 'A part of an archive was changed, or is of another log.',
  archive_incomplete: 'A part of an archive is missing.',
  evidence_altered: 'A file, record or item of an archive of evidence was changed, or is of another review.',
  evidence_incomplete: 'A file of an archive of evidence is missing.',
  beginning_changed: 'The statement of where the audit log begins was changed, or removed.',
  in_archive: 'A named record is in an archive, and is verified there.',
  not_removed: 'Records that are in an archive are still in the store: a removal was interrupted.',
  clock_set_back: 'Records are earlier than records or checkpoints before them.',
  log_changed: 'The transparency log differs from the records.',
  log_missing: 'The store has no transparency log, and had one.',
  not_logged: 'The transparency log lacks records that it should have.',
} as const;

export type Finding = keyof typeof FINDINGS;

export type Place = { readonly stream: string; readonly sequence?: number };

/** The failure that ends a verification, as one sentence. Not an Error, since the program did not fail. */
export type Fault = { readonly finding: Finding; readonly fault: string; readonly place: Place | undefined };

/** Throws a Fault. */
export const broken = (finding: Finding, fault: string, place?: Place): never => {
  throw { finding, fault, place } satisfies Fault;
};

/** The Fault of an error. Throws any other error. */
export const faultOf = (error: unknown): Fault => {
  if ((error as Partial<Fault>).fault === undefined) throw error;
  return error as Fault;
};

/** What does not break the log, but is one of the findings. */
export type Warning = Pick<RecordPlace, 'stream' | 'sequence'> & {
  readonly finding: Finding;
  readonly problem: string;
};

/** The forms of the files in an archive of evidence of an access review. Members are spelled as in the management API. */
import type { ItemState, Review, ReviewItem } from './review.ts';

/** The files that bind all others to the log. */
export const MANIFEST = { manifest: 'manifest.json', record: 'manifest.record', proof: 'manifest.proof' } as const;

/** `files`: SHA-256 of each file, hexadecimal. */
export type EvidenceManifest = {
  readonly review: string;
  readonly issuer: string;
  readonly files: Readonly<Record<string, string>>;
};

const SPELLED: Readonly<Record<string, string>> = {
  isDefault: 'by_default',
  isOwnerGone: 'owner_gone',
  isEnd: 'ended_by_review',
  isConfirmed: 'confirmed',
};

const wire = (members: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      SPELLED[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );

/** Types of the events that show the effect of a decision, by the state after it. */
export const EFFECTS_OF: Readonly<Partial<Record<ItemState, readonly string[]>>> = {
  ended: ['delegation.revoked'],
  undone: ['delegation.revoked'],
  narrowed: ['delegation.narrowed', 'delegation.revoked'],
};

/** What shows the effect of a decision, and the delegation that its undo made. Absent: it is not among the events that were read. */
export type Effects<T> = { readonly effect?: T; readonly undo?: T };

/**
 * Without what a process notes for itself. `in_effect`: false while the effect of the decision is not stored. `effect_record` and
 * `undo_record`: ids of records in related.ndjson.
 */
export const evidenceItem = (
  { unfinishedAt, expiresAt: _, ...item }: ReviewItem,
  { effect, undo }: Effects<{ readonly id: string }>,
): object => ({
  ...wire(item),
  in_effect: unfinishedAt === undefined,
  ...(effect ? { effect_record: effect.id } : {}),
  ...(undo ? { undo_record: undo.id } : {}),
});

/** `readAt`: when the items were read first, epoch seconds. A later decision may be among the events only. */
export const evidenceReview = (
  review: Review,
  { issuer, readAt }: { readonly issuer: string; readonly readAt: number },
): object => {
  const { lockedBy: _, lockedUntil: __, expiresAt: ___, place: ____, taken: _____, ...facts } = review;
  return { ...wire(facts), issuer, read_at: readAt };
};

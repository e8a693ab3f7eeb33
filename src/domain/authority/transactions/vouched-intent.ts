/** What a person says about the intent of a transaction on a page of this server: that it is so, or in words of their own. */
import { hash } from 'node:crypto';
import { type AuditEvent, type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Collection, update } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { MOST_INTENT_CHARACTERS, MOST_PARTICIPANTS, type Transaction } from './transaction.ts';

export interface VouchedIntent {
  /**
   * Records that a person read the intent with this digest, and confirmed it. Idempotent. Changes nothing of a transaction that
   * has ended, that is of other people, or whose text is not known here. Returns whether it is confirmed by them. Throws
   * StoreUnavailable.
   */
  confirmIntent(id: string, person: string, digest: string, by: By): Promise<boolean>;
  /**
   * Puts what a person typed in the place of the intent with this digest. The same text, apart from case, width, spaces and the
   * marks around it, only confirms the intent: it was there before. Changes nothing where `confirmIntent` would not, or once
   * another person has confirmed or typed it. Returns whether it is vouched for by them. Throws 'invalid_field' for a text that
   * no page may show, and StoreUnavailable.
   */
  typeIntent(
    id: string,
    person: string,
    of: { readonly digest: string; readonly text: string },
    by: By,
  ): Promise<boolean>;
}

export const vouchedIntent = (deps: {
  readonly transactions: Collection<Transaction>;
  readonly clock: Pick<Clock, 'now'>;
  readonly identifiers: Pick<Identifiers, 'newSecret'>;
  readonly audit: AuditLog;
  readonly live: (id: string) => Promise<Transaction | undefined>;
}): VouchedIntent => {
  const { transactions, clock, identifiers, audit, live } = deps;

  /** Appends the event, then swaps in what `change` makes of the intent, while `may` holds. */
  const vouch = async (
    id: string,
    event: AuditEvent,
    may: (one: Transaction) => boolean,
    change: (intent: Transaction['intent']) => Transaction['intent'],
  ): Promise<boolean> => {
    await audit.append(event);
    let isMine = false;
    await update(transactions, id, (one): Transaction | undefined => {
      isMine = one.state === 'open' && clock.now() < one.expiresAt && may(one);
      return isMine ? { ...one, intent: change(one.intent), updatedAt: clock.now() } : undefined;
    });
    if (!isMine) await audit.append({ ...event, ...OVER_FIRST });
    return isMine;
  };

  const confirmIntent = async (id: string, person: string, digest: string, by: By): Promise<boolean> => {
    const found = await live(id);
    if (!found || !mayConfirm(found, person, digest)) return false;
    const isConfirmed = ({ intent }: Transaction): boolean => intent.confirmedBy?.includes(person) === true;
    if (isConfirmed(found)) return true;
    const { intent } = found;
    const event = vouchedEvent('transaction.intent_confirmed', found, person, by, {
      intent: intent.digest,
      source: intent.source,
    });
    const may = (one: Transaction): boolean => !isConfirmed(one) && mayConfirm(one, person, digest);
    const isMine = await vouch(id, event, may, (one) => ({
      ...one,
      confirmedBy: [...(one.confirmedBy ?? []), person],
    }));
    if (isMine) return true;
    const now = await live(id);
    return now !== undefined && now.intent.digest === digest && isConfirmed(now);
  };

  return {
    confirmIntent,
    async typeIntent(id, person, { digest, text }, by): Promise<boolean> {
      const found = await live(id);
      if (!found || !mayType(found, person, digest)) return false;
      checkText(text, TYPED_FIELD, MOST_INTENT_CHARACTERS);
      if (wordsOf(text) === wordsOf(found.intent.text ?? '')) return confirmIntent(id, person, digest, by);
      const salt = identifiers.newSecret();
      const typed = { text, salt, digest: hash('sha256', `${salt}${text}`, 'base64url') };
      const inputs = { intent: typed.digest, replaces: digest, source: 'typed_by_person' };
      const event = vouchedEvent('transaction.intent_typed', found, person, by, inputs, { message: text });
      return vouch(
        id,
        event,
        (one) => mayType(one, person, digest),
        ({ source, digest: former, statedDigest = former }) => ({
          ...{ ...typed, source, statedDigest },
          ...{ typedBy: person, confirmedBy: [person] },
        }),
      );
    },
  };
};

/** Name of the form field, which a refusal names. */
export const TYPED_FIELD = 'own_intent';

/** Only a text can be confirmed, by a participant, and by as many people as can take part. */
const mayConfirm = ({ intent, participants }: Transaction, person: string, digest: string): boolean => {
  const { confirmedBy = [] } = intent;
  return (
    intent.text !== undefined &&
    intent.digest === digest &&
    participants?.includes(person) !== false &&
    (confirmedBy.includes(person) || confirmedBy.length < MOST_PARTICIPANTS)
  );
};

const mayType = (transaction: Transaction, person: string, digest: string): boolean =>
  mayConfirm(transaction, person, digest) && isTypable(transaction, person);

/** Whether the person may put words of their own in its place: no other person has vouched for the text. */
export const isTypable = ({ intent }: Pick<Transaction, 'intent'>, person: string): boolean =>
  (intent.confirmedBy ?? []).every((one) => one === person);

/**
 * A text without what a copy changes by the way: case, width, the number of spaces, quotation marks around it, and the mark at its
 * end. All else may be what the person corrected: 10.50 is not 1050, and € is not $.
 */
const wordsOf = (text: string): string => {
  const folded = text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ');
  return folded.replace(/^[\s\p{Pi}\p{Pf}„‚"']+|[\s\p{Pi}\p{Pf}"'.!?]+$/gu, '') || folded;
};

const vouchedEvent = (
  type: 'transaction.intent_confirmed' | 'transaction.intent_typed',
  { id, agent, owner }: Transaction,
  person: string,
  by: By,
  inputs: NonNullable<AuditEvent['inputs']>,
  texts: { readonly message?: string } = {},
): AuditEvent => {
  const personal = { ...(by.source === undefined ? {} : { source: by.source }), ...texts };
  return {
    ...{ type, outcome: 'done', txn: id, agent, owner, subject: person, caller: by.caller },
    target: { kind: 'transaction', id },
    ...(by.request === undefined ? {} : { request: by.request }),
    ...(Object.keys(personal).length === 0 ? {} : { personal }),
    inputs,
  };
};

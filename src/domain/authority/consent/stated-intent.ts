import { checkText } from '../../platform/display-names/display-text.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import { isDeclared, MOST_INTENT_CHARACTERS, type ShownSource } from '../transactions/transaction.ts';
import type { TransactionRegistry } from '../transactions/transaction-registry.ts';
import { isTypable, TYPED_FIELD } from '../transactions/vouched-intent.ts';
import { consentRefusal } from './consent-refusals.ts';

/** What the transaction of a request is for. Allowing the request confirms it. */
export type StatedIntent = {
  readonly text: string;
  readonly digest: string;
  /** Whose words it has. */
  readonly source: ShownSource;
  /** The person may put words of their own in its place. */
  readonly isTypable?: true;
};

/**
 * What the page shows of a declared transaction: the text of its intent, while it is open. Of a transaction of another agent or
 * app, or of other people, it shows nothing.
 */
export const statedIntent = async (
  transactions: Pick<TransactionRegistry, 'live'>,
  { txn, account }: { readonly txn?: string; readonly account: string },
  requester: string,
): Promise<StatedIntent | undefined> => {
  const found = isDeclared(txn) ? await transactions.live(txn) : undefined;
  const isOwn = found?.agent === requester || found?.opener === requester;
  const isTheirs = isOwn && found?.participants?.includes(account) !== false;
  const { text, digest } = found?.intent ?? {};
  if (!found || !isTheirs || text === undefined || digest === undefined) return undefined;
  const { typedBy, source } = found.intent;
  return {
    ...{ text, digest },
    source: typedBy === undefined ? source : typedBy === account ? 'typed_by_person' : 'typed_by_other',
    ...(isTypable(found, account) ? { isTypable: true } : {}),
  };
};

/** Throws the refusal of a typed text where the page has no field for it, or that no page may show. */
export const checkTyped = ({ intent }: { readonly intent?: StatedIntent }, typed: string | undefined): void => {
  if (typed === undefined) return;
  if (!intent) throw consentRefusal('consent_not_asked', { field: TYPED_FIELD });
  // Another person has vouched for the intent since the page was made.
  if (!intent.isTypable) throw consentRefusal('consent_changed');
  checkText(typed, TYPED_FIELD, MOST_INTENT_CHARACTERS);
};

/** Puts the text that the person typed in the place of the one they saw. Throws the refusal of a question that has changed. */
export const replaceByTyped = async (
  transactions: Pick<TransactionRegistry, 'typeIntent'>,
  {
    txn,
    intent,
    account,
  }: { readonly txn?: string; readonly intent?: StatedIntent; readonly account: { readonly id: string } },
  typed: string | undefined,
  by: By,
): Promise<void> => {
  if (txn === undefined || !intent || typed === undefined) return;
  const isTyped = await transactions.typeIntent(txn, account.id, { digest: intent.digest, text: typed }, by);
  if (!isTyped) throw consentRefusal('consent_changed');
};

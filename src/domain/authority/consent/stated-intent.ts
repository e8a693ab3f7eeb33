import { type IntentSource, isDeclared } from '../transactions/transaction.ts';
import type { TransactionRegistry } from '../transactions/transaction-registry.ts';

/** What the transaction of a request is for. Allowing the request confirms it. */
export type StatedIntent = { readonly text: string; readonly digest: string; readonly source: IntentSource };

/**
 * What the page shows of a declared transaction: the text that its agent stated, while it is open. Of a transaction that another
 * client declared, or of other people, it shows nothing.
 */
export const statedIntent = async (
  transactions: Pick<TransactionRegistry, 'live'>,
  { txn, account }: { readonly txn?: string; readonly account: string },
  requester: string,
): Promise<StatedIntent | undefined> => {
  const found = isDeclared(txn) ? await transactions.live(txn) : undefined;
  const isTheirs = found?.agent === requester && found.participants?.includes(account) !== false;
  const { text, digest } = found?.intent ?? {};
  if (!found || !isTheirs || text === undefined || digest === undefined) return undefined;
  return { text, digest, source: found.intent.source };
};

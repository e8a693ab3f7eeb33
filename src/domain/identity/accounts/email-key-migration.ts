/**
 * Migration, once in the life of a store: gives older accounts their address key (email-key.ts). Owns the mark that it
 * ran. Each account is one compare-and-swap, so any number of nodes can run it at once or restart it.
 */

import { MIGRATIONS } from '../../platform/retention/migrations.ts';
import { type DocumentStore, everyDocument, update } from '../../ports/document-store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { emailKey } from './email-key.ts';

const PAGE = 500;
const MARK = 'accounts.email_key';

type Keyed = Account & { readonly emailKey?: string };

/**
 * Returns the verified addresses that several accounts share, each as the ids of its accounts. None of these accounts
 * is found by that address until only one has it. Undefined: it has run before.
 */
export const keyAddresses = async (documents: DocumentStore): Promise<readonly (readonly string[])[] | undefined> => {
  const marks = documents.collection<{ readonly id: string }>(MIGRATIONS);
  if (await marks.get(MARK)) return undefined;
  const accounts = documents.collection<Keyed>(ACCOUNTS);
  const owners = new Map<string, string[]>();
  const order = { by: 'createdAt', direction: 'ascending' } as const;
  for await (const document of everyDocument(accounts, { order, limit: PAGE })) {
    const { id, email, emailVerified } = document;
    if (email === undefined) continue;
    const key = emailKey(email);
    if (document.emailKey !== key) {
      await update(accounts, id, ({ emailKey: _, ...now }) => ({
        ...now,
        ...(now.email === undefined ? {} : { emailKey: emailKey(now.email) }),
      }));
    }
    if (emailVerified === true) owners.set(key, [...(owners.get(key) ?? []), id]);
  }
  await marks.insert({ id: MARK }).catch(async (error: unknown) => {
    if (!(await marks.get(MARK))) throw error;
  });
  return [...owners.values()].filter((ids) => ids.length > 1);
};

import type { DocumentStore } from '../../ports/document-store.ts';
import { ENTERPRISE_SCHEMA } from '../scim/attributes.ts';
import { isObject } from '../scim/values.ts';
import { DIRECTORY_ACCOUNTS, type DirectoryAccount } from './directory.ts';

/** What a directory says about one of its accounts, for the time after the account has left. */
export type LeaverFacts = {
  /** The directory that the account belongs to. */
  readonly directory?: string;
  /** Account of its manager. A directory names only managers of its own. */
  readonly manager?: string;
};

export type LeaverFactsOf = (account: string) => Promise<LeaverFacts>;

/** Reads what the directory of an account says now. Empty for an account of no directory. */
export const leaverFacts = ({ documents }: { readonly documents: DocumentStore }): LeaverFactsOf => {
  const accounts = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  return async (account) => {
    const found = (await accounts.get(account))?.document;
    if (!found) return {};
    const { directory, attributes } = found;
    const enterprise = attributes[ENTERPRISE_SCHEMA];
    const named = isObject(enterprise) && isObject(enterprise['manager']) ? enterprise['manager']['value'] : undefined;
    if (typeof named !== 'string' || named === account) return { directory };
    const isOwn = (await accounts.get(named))?.document.directory === directory;
    return isOwn ? { directory, manager: named } : { directory };
  };
};

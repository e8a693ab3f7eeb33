import { isOneOfDigests } from '../../platform/crypto/constant-time-compare.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { listId, listOf, type StatusList } from './status-list.ts';

const PATH = '/status-lists';
/** Characters of a digest: 132 bits. */
const DIGEST_LENGTH = 22;

/**
 * The URIs of lists. Each has a keyed digest, so that only the holder of a token of a resource server can read the statuses of
 * its tokens: a list shows how many have ended.
 */
export interface ListAddresses {
  uriOf(list: StatusList): string;
  /** The URI with this name, which `find` has accepted: the one in the tokens, also after a change of the master key. */
  uriNamed(name: string): string;
  /** The list with this name in its URI. Undefined for any other text. */
  find(name: string): StatusList | undefined;
}

export const listAddresses = (issuer: string, masterKey: Pick<MasterKey, 'digest' | 'digests'>): ListAddresses => ({
  uriOf(list): string {
    const id = listId(list);
    const digest = masterKey.digest('status_list', id).slice(0, DIGEST_LENGTH);
    return `${issuer}${PATH}/${id.replaceAll('/', '.')}.${digest}`;
  },

  uriNamed: (name) => `${issuer}${PATH}/${name}`,

  find(name): StatusList | undefined {
    const at = name.lastIndexOf('.');
    const list = listOf(name.slice(0, Math.max(at, 0)).replaceAll('.', '/'));
    if (!list) return undefined;
    const digests = masterKey.digests('status_list', listId(list)).map((digest) => digest.slice(0, DIGEST_LENGTH));
    return isOneOfDigests(name.slice(at + 1), digests) ? list : undefined;
  },
});

import { withMutex } from '../../platform/cluster/mutex.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Account } from '../accounts/account.ts';
import type { FactorRegistry } from '../factors/factor-registry.ts';
import type { UpstreamLink, UpstreamLinks } from './upstream-links.ts';
import type { UpstreamProvider } from './upstream-provider.ts';
import { upstreamRefusal } from './upstream-refusals.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';

export type LinkedUpstream = { readonly link: UpstreamLink; readonly provider: UpstreamProvider };

/** Lists the sign-in methods of an account, and removes one, but never the last. */
export interface SignInMethods {
  /** Links with their providers, including disabled ones. */
  linked(account: string): Promise<readonly LinkedUpstream[]>;
  /** Removes a link. Ends the sessions that began there, except `session`. Throws 'not_found' and 'conflict'. */
  disconnect(account: string, id: string, session: string, by: By): Promise<void>;
  /**
   * Removes a factor. Throws as `FactorRegistry.remove` does, and 'conflict' for a passkey that is the only sign-in
   * method.
   */
  removeFactor(
    id: string,
    changing: Parameters<FactorRegistry['remove']>[1],
    onGood?: () => Promise<void>,
  ): Promise<void>;
}

export const signInMethods = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
  readonly factors: Pick<FactorRegistry, 'list' | 'remove'>;
  readonly links: Pick<UpstreamLinks, 'get' | 'ofAccount' | 'remove'>;
  readonly upstreams: Pick<UpstreamRegistry, 'get'>;
  readonly isPasswordOn: boolean;
}): SignInMethods => {
  const { accounts, factors, links, upstreams, isPasswordOn } = deps;

  const linked = async (account: string): Promise<readonly LinkedUpstream[]> => {
    const found = await Promise.all(
      (await links.ofAccount(account)).map(async (link) => {
        const provider = (await upstreams.get(link.upstream))?.document;
        return provider ? [{ link, provider }] : [];
      }),
    );
    return found.flat();
  };

  /** Throws 'conflict' when `without` is this user's only sign-in method. */
  const refuseLast = async (account: string, without: string): Promise<void> => {
    const hasPassword = isPasswordOn && (await accounts.get(account))?.document.passwordHash !== undefined;
    const keys = (await factors.list(account)).filter(
      ({ id, kind, isCopied }) => kind === 'passkey' && !isCopied && id !== without,
    );
    const others = (await linked(account)).filter(
      ({ link, provider }) => link.id !== without && provider.state === 'active',
    );
    if (hasPassword || keys.length > 0 || others.length > 0) return;
    throw upstreamRefusal('last_sign_in_method');
  };

  const oneByOne = <T>(account: string, work: () => Promise<T>): Promise<T> =>
    withMutex(deps, `sign-in methods ${account}`, work);

  return {
    linked,

    disconnect: (account, id, session, by): Promise<void> =>
      oneByOne(account, async () => {
        const link = (await links.get(id))?.document;
        if (link?.account !== account) throw upstreamRefusal('upstream_link_not_found');
        await refuseLast(account, id);
        await links.remove(id, by, session);
      }),

    removeFactor: (id, changing, onGood): Promise<void> =>
      oneByOne(changing.account, async () => {
        const isPasskey = (await factors.list(changing.account)).some((one) => one.id === id && one.kind === 'passkey');
        if (isPasskey) await refuseLast(changing.account, id);
        await factors.remove(id, changing, onGood);
      }),
  };
};

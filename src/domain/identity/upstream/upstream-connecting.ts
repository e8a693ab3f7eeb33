import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SealedRecords } from './sealed-records.ts';
import type { UpstreamAccounts } from './upstream-accounts.ts';
import type { Arrival, Request, UpstreamProof } from './upstream-arrival.ts';
import type { UpstreamLinks } from './upstream-links.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';

/** Connects users of a provider with accounts that they have also proven (LG-08). */
export interface UpstreamConnecting {
  /** Records that this account is to be connected when its second factor is proven. */
  connectLater(uid: string, account: string): Promise<void>;
  /**
   * Connects the user proven at the provider with the account proven here, in the same interaction. Exactly one of
   * several requests succeeds. `isWaiting`: only where `connectLater` named this account. Throws as
   * `UpstreamLinks.create` does.
   */
  connect(
    uid: string,
    account: string,
    request: Request & { readonly isWaiting?: boolean },
  ): Promise<UpstreamProof | undefined>;
  /** Connects the user proven at the provider with the account of the session that began it. Throws 'conflict'. */
  link(arrival: Arrival & { readonly next: 'link' }, by: By): Promise<void>;
}

export const upstreamConnecting = ({
  upstreams,
  links,
  proofs,
  clock,
  followClaim,
}: {
  readonly upstreams: Pick<UpstreamRegistry, 'standing'>;
  readonly links: Pick<UpstreamLinks, 'find' | 'create'>;
  readonly proofs: Pick<SealedRecords<UpstreamProof>, 'get' | 'set' | 'take'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly followClaim: UpstreamAccounts['followClaim'];
}): UpstreamConnecting => {
  return {
    async connectLater(uid, account): Promise<void> {
      const proof = await proofs.get(uid);
      if (proof) await proofs.set({ ...proof, connecting: account }, uid);
    },

    async connect(uid, account, { request, source, isWaiting = false }): Promise<UpstreamProof | undefined> {
      const waiting = await proofs.get(uid);
      if (!waiting || waiting.account !== undefined || (isWaiting && waiting.connecting !== account)) return undefined;
      const proof = await proofs.take(uid);
      const provider = proof && (await upstreams.standing(proof.upstream));
      if (!proof || !provider) return undefined;
      const by = { caller: account, request, source };
      const { subject, label } = proof.person;
      const made = await links.create({ upstream: provider.id, subject, account, label, proof: 'sign_in' }, by);
      await followClaim(provider, proof.person, made.document, proof.provenAt, by);
      return proof;
    },

    async link({ provider, person, purpose }, by): Promise<void> {
      const { account } = purpose;
      const found = await links.find(provider.id, person.subject);
      if (found?.account === account) return;
      const { subject, label } = person;
      const made = await links.create({ upstream: provider.id, subject, account, label, proof: 'session' }, by);
      await followClaim(provider, person, made.document, clock.now(), by);
    },
  };
};

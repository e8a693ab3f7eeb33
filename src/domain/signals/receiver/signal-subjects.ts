/** Whom an event is about: the account of a person whom the transmitter may speak of. */
import type { Account } from '../../identity/accounts/account.ts';
import type { AccountReader } from '../../identity/accounts/account-reader.ts';
import type { UpstreamLinks } from '../../identity/upstream/upstream-links.ts';
import { domainOf, type UpstreamProvider } from '../../identity/upstream/upstream-provider.ts';
import type { ComplexSubject, SimpleSubject, SubjectIdentifier } from '../subject-identifiers.ts';
import type { Transmitter } from './transmitter.ts';

/** `session`: only this session at the provider. */
export type SignalSubject = { readonly account: Account; readonly session?: string };

export interface SignalSubjects {
  /**
   * The account that the identifier means, at the provider of the transmitter. Undefined: no person whom it may speak of. Store
   * errors propagate.
   */
  find(transmitter: Pick<Transmitter, 'upstream'>, subject: SubjectIdentifier): Promise<SignalSubject | undefined>;
  /** The account, if it is still linked to the provider of the transmitter. Store errors propagate. */
  linked(transmitter: Pick<Transmitter, 'upstream'>, account: string): Promise<SignalSubject | undefined>;
}

export const signalSubjects = (deps: {
  readonly accounts: Pick<AccountReader, 'get' | 'findByVerifiedEmail'>;
  readonly links: Pick<UpstreamLinks, 'find' | 'ofAccount'>;
  readonly upstreams: { standing(id: string): Promise<UpstreamProvider | undefined> };
}): SignalSubjects => {
  const { accounts, links, upstreams } = deps;

  const accountOf = async ({ id }: UpstreamProvider, subject: string): Promise<string | undefined> =>
    (await links.find(id, subject))?.account;

  const simple = async (provider: UpstreamProvider, subject: SimpleSubject): Promise<string | undefined> => {
    switch (subject.format) {
      case 'iss_sub':
        return subject.iss === provider.issuer ? accountOf(provider, subject.sub) : undefined;
      case 'opaque':
        return accountOf(provider, subject.id);
      case 'email': {
        // Only the provider that the domain belongs to decides whose address it is.
        const domain = domainOf(subject.email);
        if (domain === undefined || !provider.domains.includes(domain)) return undefined;
        const account = await accounts.findByVerifiedEmail(subject.email);
        const own = account ? await links.ofAccount(account.id) : [];
        return own.some(({ upstream }) => upstream === provider.id) ? account?.id : undefined;
      }
      default:
        return undefined;
    }
  };

  /** All identifiers that mean an account mean the same one. */
  const anyOf = async (provider: UpstreamProvider, all: readonly SimpleSubject[]): Promise<string | undefined> => {
    const found = new Set<string>();
    for (const subject of all) {
      const id = await simple(provider, subject);
      if (id !== undefined) found.add(id);
    }
    const [only, ...others] = found;
    return others.length === 0 ? only : undefined;
  };

  const find = async (provider: UpstreamProvider, subject: SubjectIdentifier) => {
    if (subject.format === 'aliases') return { id: await anyOf(provider, subject.identifiers) };
    if (subject.format !== 'complex') return { id: await simple(provider, subject) };
    const narrowed = narrowedOf(subject);
    return narrowed && { id: await simple(provider, narrowed.user), session: narrowed.session };
  };

  return {
    async find({ upstream }, subject): Promise<SignalSubject | undefined> {
      const provider = await upstreams.standing(upstream);
      const found = provider && (await find(provider, subject));
      const account = found?.id === undefined ? undefined : (await accounts.get(found.id))?.document;
      if (!account) return undefined;
      return { account, ...(found?.session === undefined ? {} : { session: found.session }) };
    },

    async linked({ upstream }, id): Promise<SignalSubject | undefined> {
      const provider = await upstreams.standing(upstream);
      const own = provider ? await links.ofAccount(id) : [];
      const isLinked = own.some((link) => link.upstream === provider?.id);
      const account = isLinked ? (await accounts.get(id))?.document : undefined;
      return account && { account };
    },
  };
};

/**
 * The user of a complex subject, and the session of that user. All members together are one subject (SSF 1.0 §3.3): with a
 * member that this server cannot compare, it would affect more than the transmitter said. So it affects nothing.
 */
const narrowedOf = (
  subject: ComplexSubject,
): { readonly user: SimpleSubject; readonly session?: string | undefined } | undefined => {
  const { user, session } = subject;
  const isKnown = Object.keys(subject).every((name) => ['format', 'user', 'session'].includes(name));
  if (!user || !isKnown) return undefined;
  if (session === undefined) return { user };
  return session.format === 'opaque' ? { user, session: session.id } : undefined;
};

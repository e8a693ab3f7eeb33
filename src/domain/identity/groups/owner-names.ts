/**
 * The names of possible owners: usernames of accounts and names of groups share one namespace. Decides who may get a
 * name, and what a typed name refers to. Reads the collections of accounts and groups; the registries that own them
 * write. Names are compared like usernames: trimmed, NFKC, lower case.
 */
import { createHash } from 'node:crypto';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import { ACCOUNTS, type Account } from '../accounts/account.ts';
import { foldedName } from '../accounts/username.ts';
import { GROUPS, type Group } from './group.ts';
import { groupRefusal } from './group-refusals.ts';

export type OwnerKind = 'account' | 'group';

/** The owner that a name refers to. */
export type NamedOwner = { readonly kind: OwnerKind; readonly id: string; readonly name: string };

export const OWNER_KINDS = ['account', 'group'] as const satisfies readonly OwnerKind[];

/** Text that begins like this is an id and never a name. */
const IDS = { account: 'acc_', group: 'grp_' } as const satisfies Record<OwnerKind, string>;

/** Whether a typed text is the id of an account or a group, and not a name. */
export const isOwnerId = (typed: string): boolean => OWNER_KINDS.some((kind) => typed.startsWith(IDS[kind]));

/** Characters of a name in a look-up. */
const LONGEST_NAME = 512;

/** The names of possible owners: usernames of accounts and names of groups share one namespace. */
export interface OwnerNames {
  /** Whether an account, as its username, or a group has the name. */
  isTaken(name: string, kind: OwnerKind): Promise<boolean>;
  /**
   * Runs `write`, which gives an account or a group of `kind` a name. Throws `refusal` when one of the other kind has
   * it. Within a kind the unique index of its collection decides. When both kinds want one name at once, on any nodes,
   * a mutex lets exactly one get it. A process that was paused for longer than its turn detects the other one
   * afterwards, and undoes its own write.
   */
  give<T>(
    name: string,
    kind: OwnerKind,
    refusal: DomainError,
    write: () => Promise<T>,
    undo: { readonly takeBack: (written: T) => Promise<void> },
  ): Promise<T>;
  /**
   * Resolves a typed id, username or group name to an owner; undefined: none has it. Input that begins like an id of
   * an account or a group is treated as an id. Does not check whether an account is active. `field` is where it was
   * typed. Throws 'conflict', with the ids of all, when the name refers to more than one.
   */
  find(
    typed: string,
    accepted?: { readonly kinds?: readonly OwnerKind[]; readonly field?: string },
  ): Promise<NamedOwner | undefined>;
}

export const ownerNames = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): OwnerNames => {
  const accounts = documents.collection<Account>(ACCOUNTS);
  const groups = documents.collection<Group>(GROUPS);

  const accountOf = ({ id, username }: Account): NamedOwner => ({ kind: 'account', id, name: username });
  const groupOf = ({ id, name }: Group): NamedOwner => ({ kind: 'group', id, name });

  /** All of one kind with this name. */
  const called = {
    account: async (folded: string): Promise<readonly NamedOwner[]> =>
      (await accounts.find({ where: { username: folded }, limit: 2 })).map(({ document }) => accountOf(document)),
    group: async (folded: string, typed: string): Promise<readonly NamedOwner[]> => {
      const [now, before] = await Promise.all([
        groups.find({ where: { foldedName: folded }, limit: 2 }),
        groups.find({ where: { name: typed }, limit: 2 }),
      ]);
      const found = new Map([...now, ...before].map(({ document }) => [document.id, groupOf(document)]));
      return [...found.values()];
    },
  } as const satisfies Record<OwnerKind, unknown>;

  const withId = async (id: string, kind: OwnerKind): Promise<NamedOwner | undefined> => {
    if (kind === 'group') {
      const group = await groups.get(id);
      return group && groupOf(group.document);
    }
    const account = await accounts.get(id);
    return account && accountOf(account.document);
  };

  const isTaken = async (name: string, kind: OwnerKind): Promise<boolean> =>
    (await called[kind](foldedName(name), name.trim())).length > 0;

  return {
    isTaken,

    async give<T>(
      name: string,
      kind: OwnerKind,
      refusal: DomainError,
      write: () => Promise<T>,
      { takeBack }: { readonly takeBack: (written: T) => Promise<void> },
    ): Promise<T> {
      const other = kind === 'account' ? 'group' : 'account';
      return withMutex({ documents, clock }, turnOf(name), async () => {
        if (await isTaken(name, other)) throw refusal;
        const written = await write();
        if (!(await isTaken(name, other))) return written;
        await takeBack(written);
        throw refusal;
      });
    },

    async find(typed, { kinds = OWNER_KINDS, field } = {}): Promise<NamedOwner | undefined> {
      const name = typed.trim();
      if (name === '' || name.length > LONGEST_NAME) return undefined;
      const kindOfId = OWNER_KINDS.find((kind) => name.startsWith(IDS[kind]));
      if (kindOfId) return kinds.includes(kindOfId) ? withId(name, kindOfId) : undefined;
      const folded = foldedName(name);
      const found = (await Promise.all(kinds.map((kind) => called[kind](folded, name)))).flat();
      if (found.length < 2) return found[0];
      const ids = found.map(({ id }) => id).sort();
      throw groupRefusal('owner_name_ambiguous', {
        params: { ids: ids.join(', ') },
        ...(field === undefined ? {} : { field }),
      });
    },
  };
};

const turnOf = (name: string): string => `name ${createHash('sha256').update(foldedName(name)).digest('hex')}`;

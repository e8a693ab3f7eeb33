import type { ApproverRule } from '../authority/decision/decision.ts';
import type { Account } from '../identity/accounts/account.ts';
import { type Group, isGroupId } from '../identity/groups/group.ts';
import { type Approval, type ApprovalChannel, MOST_ASKED, type Requirements } from './approval.ts';

/** Who is asked: by names, which stand for other people tomorrow. */
export type Names = {
  /** `subject`, `owner`, ids of groups. */
  readonly names: readonly string[];
  /** Whoever is one of them is not asked, whatever else she is. */
  readonly except: readonly string[];
  /** The person on whose behalf agrees besides those who approve: that they leave her out does not count for her. */
  readonly isBesides: boolean;
};

export type Whom = Names & {
  readonly quorum: number;
  /** Whether the person on whose behalf has to agree. */
  readonly mustAgree: boolean;
};

type StoredDocument<T> = Promise<{ readonly document: T } | undefined>;

/**
 * The person on whose behalf decides about what is done in her name. Where more people are needed, those who answer for
 * the agent can be the others; they alone never decide. Policies can name who does, and who does not; where she has
 * allowed the agent nothing yet, their yes comes on top of hers: it is no consent of hers (decision D1).
 */
export const whomToAsk = (
  channel: ApprovalChannel,
  { quorum }: Pick<Requirements, 'quorum'>,
  { names, except }: Pick<ApproverRule, 'names' | 'except'> = { names: [], except: [] },
  /** Whether the person on whose behalf is one of those who are left out. */
  isLeftOut = false,
): Whom => {
  const isSheAlone = names.length === 1 && names[0] === 'subject';
  if (!isLeftOut && (names.length === 0 || (isSheAlone && isConsent(channel)))) {
    const usual = quorum === 1 || isSheAlone ? ['subject'] : ['subject', 'owner'];
    return { names: usual, except, quorum, mustAgree: true, isBesides: false };
  }
  const named = names.length === 0 ? ['owner'] : names;
  return isConsent(channel)
    ? { names: [...new Set(['subject', ...named])], except, quorum: quorum + 1, mustAgree: true, isBesides: true }
    : { names: named, except, quorum, mustAgree: false, isBesides: false };
};

/** Whether a yes is the first word of the person about this agent: else she allowed it something before. */
export const isConsent = (channel: ApprovalChannel): boolean => channel === 'backchannel';

export type Resolve = ReturnType<typeof approversOf>;

/** What names stand for in one approval. */
export type Concerned = {
  readonly subject: string;
  /** Owner of the agent that asks, now: an account or a group. */
  readonly owner: string;
  /** Accounts that own an actor of the chain, now or when it was asked (owners-of-chain.ts). */
  readonly owners: readonly string[];
};

/** The names by which an approval was asked, as they count at a second: those it escalated to among them. */
export const namesAt = (
  { approverNames, approversExcept = [], isConsentBesides, escalation }: NamedApproval,
  now: number,
): Names => ({
  names: escalation && now >= escalation.at ? [...approverNames, ...escalation.names] : approverNames,
  except: approversExcept,
  isBesides: isConsentBesides === true,
});

export type NamedApproval = Pick<Approval, 'approverNames' | 'approversExcept' | 'isConsentBesides' | 'escalation'>;

/** The active accounts that names stand for now, without duplicates; at most 64. Reads the registers each time. */
export const approversOf = ({
  accounts,
  groups,
}: {
  readonly accounts: { getMany(ids: readonly string[]): Promise<readonly Account[]> };
  readonly groups: { get(id: string): StoredDocument<Group> };
}) => {
  const standFor = async (names: readonly string[], subject: string, owners: readonly string[]) => {
    const ids = await Promise.all(
      names.map(async (name): Promise<readonly string[]> => {
        const meant = name === 'subject' ? [subject] : name === 'owner' ? owners : [name];
        const accounts = meant.map(async (id) =>
          isGroupId(id) ? ((await groups.get(id))?.document.members ?? []) : [id],
        );
        return (await Promise.all(accounts)).flat();
      }),
    );
    return [...new Set(ids.flat())];
  };

  /**
   * The accounts that are left out: none of them may decide, for itself or as a deputy. `owner` is the owner of every actor
   * in the chain here, and the owner of the asking agent among those who are asked.
   */
  const leftOut = ({ subject, owners }: Concerned, { except }: Pick<Names, 'except'>): Promise<readonly string[]> =>
    standFor(except, subject, owners);

  return {
    leftOut,

    async approversOf(concerned: Concerned, { names, except, isBesides }: Names): Promise<readonly string[]> {
      const { subject, owner } = concerned;
      const [meant, out] = await Promise.all([standFor(names, subject, [owner]), leftOut(concerned, { except })]);
      const asked = meant.filter((id) => !out.includes(id) || (isBesides && id === subject));
      const found = await accounts.getMany(asked.slice(0, MOST_ASKED));
      return found.filter(({ state }) => state === 'active').map(({ id }) => id);
    },
  };
};

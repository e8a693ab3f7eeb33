import type { ApproverRule } from '../authority/decision/decision.ts';
import type { Account } from '../identity/accounts/account.ts';
import { type Group, isGroupId } from '../identity/groups/group.ts';
import type { Found } from '../ports/document-store.ts';
import { type Approval, type ApprovalChannel, MOST_ASKED, type Requirements } from './approval.ts';

/** The people to ask, by names. A name can refer to other people later. */
export type Names = {
  /** `subject`, `owner`, ids of groups. */
  readonly names: readonly string[];
  /** These people are not asked, even if another name includes them. */
  readonly except: readonly string[];
  /** The subject consents in addition to the approvers; an exclusion of the subject does not apply to that consent. */
  readonly isBesides: boolean;
};

export type Whom = Names & {
  readonly quorum: number;
  /** Whether the subject has to agree. */
  readonly mustAgree: boolean;
};

export type Circumstances = {
  /** The subject is excluded. */
  readonly isLeftOut?: boolean;
  /** Where the subject would decide, the owner of the agent has to approve, too. */
  readonly isWithOwner?: boolean;
};

/** Policies that name no approvers and exclude no account. */
export const NO_RULE: ApproverRule = { names: [], except: [] };

/**
 * Selects who is asked. The subject decides on what an agent does on their behalf. Where more people are needed, the
 * agent's owners can be the others; they never decide alone. Policies can name the approvers and exclude people. Where
 * the subject has allowed the agent nothing yet, both the subject and the others must approve. The others' approval
 * does not replace consent (decision D1). The owner may have to approve besides the subject, and never in their place.
 */
export const whomToAsk = (
  channel: ApprovalChannel,
  { quorum }: Pick<Requirements, 'quorum'>,
  { names, except }: Pick<ApproverRule, 'names' | 'except'> = NO_RULE,
  { isLeftOut = false, isWithOwner = false }: Circumstances = {},
): Whom => {
  const isSubjectAlone = names.length === 1 && names[0] === 'subject';
  if (!isLeftOut && (names.length === 0 || (isSubjectAlone && isConsent(channel)))) {
    const least = isWithOwner && !isSubjectAlone ? Math.max(quorum, 2) : quorum;
    const usual = least === 1 || isSubjectAlone ? ['subject'] : ['subject', 'owner'];
    return { names: usual, except, quorum: least, mustAgree: true, isBesides: false };
  }
  const named = names.length === 0 ? ['owner'] : names;
  return isConsent(channel)
    ? { names: [...new Set(['subject', ...named])], except, quorum: quorum + 1, mustAgree: true, isBesides: true }
    : { names: named, except, quorum, mustAgree: false, isBesides: false };
};

/**
 * Whether an approval is the subject's first decision about this agent. False: the subject allowed it something before.
 */
export const isConsent = (channel: ApprovalChannel): boolean => channel === 'backchannel';

/** The accounts to which the names in one approval refer. */
export type Concerned = {
  readonly subject: string;
  /** Current owner of the requesting agent: an account or a group. */
  readonly owner: string;
  /** Accounts that own an actor of the chain, now or when the approval was requested (owners-of-chain.ts). */
  readonly owners: readonly string[];
};

/** The effective names of an approval at a given second, including those of a due escalation. */
export const namesAt = (
  { approverNames, approversExcept = [], isConsentBesides, escalation }: NamedApproval,
  now: number,
): Names => ({
  names: escalation && now >= escalation.at ? [...approverNames, ...escalation.names] : approverNames,
  except: approversExcept,
  isBesides: isConsentBesides === true,
});

export type NamedApproval = Pick<Approval, 'approverNames' | 'approversExcept' | 'isConsentBesides' | 'escalation'>;

/** The active accounts to which names refer now, without duplicates; at most 64. Reads the registries each time. */
export interface Resolve {
  /**
   * The excluded accounts: none of them may decide, for itself or as a deputy. Here `owner` means the owner of every
   * actor in the chain. Among the approvers it means the owner of the requesting agent.
   */
  leftOut(concerned: Concerned, names: Pick<Names, 'except'>): Promise<readonly string[]>;
  /** The active accounts that are asked now, without duplicates; at most 64. */
  approversOf(concerned: Concerned, names: Names): Promise<readonly string[]>;
}

/**
 * Selects who is asked, by the accounts to which the names refer now. `isRestricted`: a response rule has people approve for an agent
 * of the chain. Then an attacker may have persuaded the subject, so the owner of the agent has to approve, too: unless no other account
 * owns it, or policies exclude all that do. Fails closed where it has no active owner. Errors of the registries propagate.
 */
export const whomToAskNow = async (
  { approversOf: accountsOf, leftOut }: Resolve,
  concerned: Concerned,
  asked: {
    readonly channel: ApprovalChannel;
    readonly requires: Pick<Requirements, 'quorum'>;
    readonly rule: ApproverRule;
    readonly isRestricted: boolean;
  },
): Promise<Whom> => {
  const { channel, requires, rule, isRestricted } = asked;
  const { subject } = concerned;
  const out = await leftOut(concerned, rule);
  const owners = isRestricted ? await accountsOf(concerned, { names: ['owner'], except: [], isBesides: false }) : [];
  const isOther = owners.length === 0 || owners.some((id) => id !== subject && !out.includes(id));
  return whomToAsk(channel, requires, rule, {
    isLeftOut: out.includes(subject),
    isWithOwner: isRestricted && isOther,
  });
};

export const approversOf = ({
  accounts,
  groups,
}: {
  readonly accounts: { getMany(ids: readonly string[]): Promise<readonly Account[]> };
  readonly groups: { get(id: string): Found<Group> };
}): Resolve => {
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

  const leftOut = ({ subject, owners }: Concerned, { except }: Pick<Names, 'except'>): Promise<readonly string[]> =>
    standFor(except, subject, owners);

  return {
    leftOut,

    async approversOf(concerned, { names, except, isBesides }): Promise<readonly string[]> {
      const { subject, owner } = concerned;
      const [meant, out] = await Promise.all([standFor(names, subject, [owner]), leftOut(concerned, { except })]);
      const asked = meant.filter((id) => !out.includes(id) || (isBesides && id === subject));
      const found = await accounts.getMany(asked.slice(0, MOST_ASKED));
      return found.filter(({ state }) => state === 'active').map(({ id }) => id);
    },
  };
};

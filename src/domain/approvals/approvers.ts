import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import type { ApproverRule } from '../decision/decision.ts';
import { type Group, isGroupId } from '../groups/group.ts';
import { type Approval, type Door, MOST_ASKED, type Requirements } from './approval.ts';

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

type Found<T> = Promise<{ readonly document: T } | undefined>;

/**
 * The person on whose behalf decides about what is done in her name. Where more people are needed, those who answer for
 * the agent can be the others; they alone never decide. Policies can name who does, and who does not; where she has
 * allowed the agent nothing yet, their yes comes on top of hers: it is no consent of hers (decision D1).
 */
export const whomToAsk = (
  door: Door,
  { quorum }: Pick<Requirements, 'quorum'>,
  { names, except }: Pick<ApproverRule, 'names' | 'except'> = { names: [], except: [] },
  /** Whether the person on whose behalf is one of those who are left out. */
  isLeftOut = false,
): Whom => {
  const isSheAlone = names.length === 1 && names[0] === 'subject';
  if (!isLeftOut && (names.length === 0 || (isSheAlone && isConsent(door)))) {
    const usual = quorum === 1 || isSheAlone ? ['subject'] : ['subject', 'owner'];
    return { names: usual, except, quorum, mustAgree: true, isBesides: false };
  }
  const named = names.length === 0 ? ['owner'] : names;
  return isConsent(door)
    ? { names: [...new Set(['subject', ...named])], except, quorum: quorum + 1, mustAgree: true, isBesides: true }
    : { names: named, except, quorum, mustAgree: false, isBesides: false };
};

/** Whether a yes is the first word of the person about this agent: else she allowed it something before. */
export const isConsent = (door: Door): boolean => door === 'backchannel';

export type Resolve = ReturnType<typeof approversOf>;

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
  readonly groups: { get(id: string): Found<Group> };
}) => {
  const standFor = async (names: readonly string[], owner: string, subject: string): Promise<readonly string[]> => {
    const ids = await Promise.all(
      names.map(async (who): Promise<readonly string[]> => {
        const id = who === 'subject' ? subject : who === 'owner' ? owner : who;
        return isGroupId(id) ? ((await groups.get(id))?.document.members ?? []) : [id];
      }),
    );
    return [...new Set(ids.flat())];
  };

  return {
    /** Everybody who is left out: nobody of them may decide, for whomsoever. */
    leftOut: ({ owner }: Pick<Agent, 'owner'>, subject: string, { except }: Pick<Names, 'except'>) =>
      standFor(except, owner, subject),

    async approversOf(
      { owner }: Pick<Agent, 'owner'>,
      subject: string,
      { names, except, isBesides }: Names,
    ): Promise<readonly string[]> {
      const [meant, out] = await Promise.all([standFor(names, owner, subject), standFor(except, owner, subject)]);
      const asked = meant.filter((id) => !out.includes(id) || (isBesides && id === subject));
      const found = await accounts.getMany(asked.slice(0, MOST_ASKED));
      return found.filter(({ state }) => state === 'active').map(({ id }) => id);
    },
  };
};

import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import { type Group, isGroupId } from '../groups/group.ts';
import type { Door, Requirements } from './approval.ts';

/** Who is asked: by names, which stand for other people tomorrow, and whether the person on whose behalf has to agree. */
export type Whom = {
  /** `subject`, `owner`, ids of groups. */
  readonly names: readonly string[];
  readonly quorum: number;
  readonly mustAgree: boolean;
};

const MOST = 64;

type Found<T> = Promise<{ readonly document: T } | undefined>;

/**
 * The person on whose behalf decides about what is done in her name. Where more people are needed, those who answer for
 * the agent can be the others; they alone never decide. Policies can name who does (`@approvers`); where she has allowed
 * the agent nothing yet, their yes comes on top of hers: it is no consent of hers (decision D1).
 */
export const whomToAsk = (
  door: Door,
  { quorum }: Pick<Requirements, 'quorum'>,
  named: readonly string[] = [],
): Whom => {
  if (named.length === 0) {
    return { names: quorum === 1 ? ['subject'] : ['subject', 'owner'], quorum, mustAgree: true };
  }
  if (door === 'token_exchange') return { names: named, quorum, mustAgree: false };
  return named.length === 1 && named[0] === 'subject'
    ? { names: named, quorum, mustAgree: true }
    : { names: [...new Set(['subject', ...named])], quorum: quorum + 1, mustAgree: true };
};

/** The active accounts that names stand for now, without duplicates; at most 64. Reads the registers each time. */
export const approversOf =
  ({
    accounts,
    groups,
  }: {
    readonly accounts: { getMany(ids: readonly string[]): Promise<readonly Account[]> };
    readonly groups: { get(id: string): Found<Group> };
  }) =>
  async (agent: Pick<Agent, 'owner'>, subject: string, { names }: Pick<Whom, 'names'>): Promise<readonly string[]> => {
    const ids = await Promise.all(
      names.map(async (who): Promise<readonly string[]> => {
        const id = who === 'subject' ? subject : who === 'owner' ? agent.owner : who;
        return isGroupId(id) ? ((await groups.get(id))?.document.members ?? []) : [id];
      }),
    );
    const found = await accounts.getMany([...new Set(ids.flat())].slice(0, MOST));
    return found.filter(({ state }) => state === 'active').map(({ id }) => id);
  };

export type ApproversOf = ReturnType<typeof approversOf>;

import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { ApproverSlot, EffectiveVotes } from '../../src/domain/approvals/effective-votes.ts';

/** Who was asked decides, each for herself, and every yes counts. */
export const plainVotes = (
  get: (id: string) => Promise<Approval | undefined>,
): Pick<EffectiveVotes, 'asked' | 'deputiesOf' | 'of' | 'slotsOf'> => {
  const asked = async ({ id }: Pick<Approval, 'id'>): Promise<readonly string[]> => (await get(id))?.approvers ?? [];
  return {
    asked,
    deputiesOf: async () => [],
    slotsOf: async (approval, account): Promise<readonly ApproverSlot[]> =>
      (await asked(approval)).includes(account) ? [{ of: account }] : [],
    of: async ({ votes }) => votes,
  };
};

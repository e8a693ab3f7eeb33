/**
 * Whether what the store says is still current, for a store whose server could be replaced without the knowledge of this process. Costs
 * a comparison of numbers.
 */
export interface StoreConfirmation {
  /** Why nothing may be answered from the store now, with the remedy, or undefined. */
  problem(): string | undefined;
  /** The same for a change that takes authority away: why another process may not follow it yet. */
  changeProblem(): string | undefined;
  /** Resolves when there may be no problem any more, within a second; at once when there has been one for longer. */
  retry(): Promise<void>;
  /** Changes when another server takes over. What was read before must not be answered after. */
  epoch(): number;
}

/** The problem that is still there after the wait for a confirmation that is late. */
export const lastingProblem = async (
  confirmation: Pick<StoreConfirmation, 'problem' | 'retry'>,
): Promise<string | undefined> => {
  if (confirmation.problem() === undefined) return undefined;
  await confirmation.retry();
  return confirmation.problem();
};

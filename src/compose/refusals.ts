/** Refusals to unauthenticated callers, recorded within one daily budget (decision D18), and what is counted beside it. */
import type { Configuration } from '../../config/configuration.ts';
import { authenticationRefusals } from '../domain/audit/authentication-refusals.ts';
import { refusalBudget } from '../domain/audit/refusal-budget.ts';
import { requestRefusals } from '../domain/audit/request-refusals.ts';
import { signInRefusals } from '../domain/audit/sign-in-refusals.ts';
import type { services } from './services.ts';

/** Long enough for an answer to be sent first. */
const AFTER_ANSWER_MILLISECONDS = 20;

export const refusalsOf = (
  { audit, clock, ephemeral, effectiveRegistries, anonymous }: Awaited<ReturnType<typeof services>>,
  { audit: { refusalIntervalSeconds, refusalEventsPerDay } }: Configuration,
) => {
  const counting = {
    append: audit.append,
    clock,
    intervalSeconds: refusalIntervalSeconds,
    budget: refusalBudget({ ephemeral, clock, perDay: refusalEventsPerDay }),
  };
  const refusals = requestRefusals(counting);
  const failedProofs = authenticationRefusals({
    ...counting,
    ownerOf: async (agent) => (await effectiveRegistries.agents.get(agent))?.document.owner,
  });
  const failedSignIns = signInRefusals({
    ...counting,
    ephemeral,
    later: (work) => setTimeout(work, AFTER_ANSWER_MILLISECONDS).unref(),
  });
  return {
    refusals,
    failedProofs,
    failedSignIns,
    /** Writes the due counts of all of them, and of anonymous requests. Throws the first failure, after each was tried. */
    async flush(how?: { readonly all?: boolean }): Promise<void> {
      const all = await Promise.allSettled(
        [refusals, failedProofs, failedSignIns, anonymous].map((each) => each.flush(how)),
      );
      const failed = all.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
};

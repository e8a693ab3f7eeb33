/** Refusals of unauthenticated requests, recorded within one daily budget (decision D18), and the counters beside it. */
import type { Configuration } from '../../config/configuration.ts';
import { authenticationRefusals } from '../domain/audit/authentication-refusals.ts';
import { refusalBudget } from '../domain/audit/refusal-budget.ts';
import type { RefusalCounter } from '../domain/audit/refusal-counter.ts';
import { requestRefusals } from '../domain/audit/request-refusals.ts';
import { type SignInRefusals, signInRefusals } from '../domain/audit/sign-in-refusals.ts';
import type { Services } from './services.ts';

/** Long enough for the server to send the response first. */
const AFTER_ANSWER_MILLISECONDS = 20;

export interface RefusalServices {
  /** Refusals of requests. */
  readonly refusals: RefusalCounter;
  /** Failed authentication of clients, agents and resource servers; `source` is the id of the client. */
  readonly failedProofs: RefusalCounter;
  /** Failed sign-ins of people. */
  readonly failedSignIns: SignInRefusals;

  /** Writes the due counts of all of them, and of anonymous requests. Tries each, then throws the first failure. */
  flush(how?: { readonly all?: boolean }): Promise<void>;
}

export const refusalsOf = (
  {
    audit,
    clock,
    ephemeral,
    effectiveRegistries,
    anonymous,
  }: Pick<Services, 'audit' | 'clock' | 'ephemeral' | 'effectiveRegistries' | 'anonymous'>,
  { audit: { refusalIntervalSeconds, refusalEventsPerDay } }: Configuration,
): RefusalServices => {
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
    async flush(how) {
      const all = await Promise.allSettled(
        [refusals, failedProofs, failedSignIns, anonymous].map((each) => each.flush(how)),
      );
      const failed = all.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
};

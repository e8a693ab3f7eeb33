/**
 * Follows the remedies of refusals until there is a token, or stops with the reason. Bounded in steps, requests and time: the same
 * reason after its remedy was followed is an end (denial profile of Behalf).
 */
import type { StopReason } from './agent-stop.ts';
import type { Answer } from './authorization-server.ts';
import type { Clock } from './clock.ts';
import { type Denial, isLater, type Remedy } from './denial.ts';
import type { Bounds, Hooks } from './hooks.ts';
import type { Port, Wanted } from './port.ts';
import { remedies } from './remedies.ts';
import { newRun } from './run.ts';
import type { Grant } from './token.ts';

export type Circumstances = {
  readonly hooks: Hooks;
  readonly bounds: Bounds;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/** How often a wait for the same reason is followed. */
const MOST_WAITS = 3;

/** A refusal that says to come later, without a remedy for it. */
const impliedWait = (denial: Denial, waits: number, now: number): readonly Remedy[] => {
  if (!(isLater(denial) || denial.error === 'slow_down') || denial.remedies.length > 0) return [];
  return [{ kind: 'wait', until: now + (denial.retryAfter ?? 2 ** waits) }];
};

/** Resolves to the grant. Rejects with AgentStop, and with ConfigurationError for a mistake of the program. */
export const follow = async (port: Port, first: Wanted, circumstances: Circumstances): Promise<Grant> => {
  const { hooks, bounds, clock, signal } = circumstances;
  const run = newRun(bounds, clock, signal);
  const followers = remedies(port, hooks, run);
  const followed = new Set<string>();
  const waits = new Map<string, number>();
  let wanted = first;
  let answer = await run.request((own) => port.ask(wanted, own));

  while (answer.kind === 'denied') {
    const { denial } = answer;
    const { reason } = denial;
    run.refused(denial);
    const waited = waits.get(reason) ?? 0;
    const offered = [...denial.remedies, ...impliedWait(denial, waited, clock.now())];
    if (followed.has(reason) || waited >= MOST_WAITS) throw run.stop('repeated', offered[0]);
    let next: { readonly answer: Answer; readonly wanted: Wanted } | undefined;
    let why: StopReason | undefined;
    for (const remedy of offered) {
      const outcome = await followers.follow(remedy, denial, wanted);
      if (typeof outcome === 'string') {
        run.note(remedy, outcome);
        why ??= outcome;
        continue;
      }
      if (remedy.kind === 'wait') waits.set(reason, waited + 1);
      else followed.add(reason);
      next = outcome;
      break;
    }
    if (!next) throw run.stop(why ?? 'refused', offered[0]);
    ({ answer, wanted } = next);
  }
  return answer.grant;
};

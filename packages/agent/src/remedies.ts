/** How each kind of remedy is followed. */
import type { StopReason } from './agent-stop.ts';
import type { Answer } from './authorization-server.ts';
import { CIBA, type Denial, isLater, type Page, type Remedy } from './denial.ts';
import type { Hooks } from './hooks.ts';
import { isDecided, isPageOf, PAGE_PACE } from './pages.ts';
import type { Port, Wanted } from './port.ts';
import { LATE, type Run } from './run.ts';
import { subjectTokenOf } from './subject.ts';

/** The answer to the next request, and what that asked for; or why the remedy was not followed. */
export type Outcome = { readonly answer: Answer; readonly wanted: Wanted } | StopReason;

export interface Remedies {
  /** Throws AgentStop when the run is over. */
  follow(remedy: Remedy, denial: Denial, wanted: Wanted): Promise<Outcome>;
}

type Of<Kind extends Remedy['kind']> = Extract<Remedy, { readonly kind: Kind }>;
type Follow<Kind extends Remedy['kind']> = (remedy: Of<Kind>, denial: Denial, wanted: Wanted) => Promise<Outcome>;

/** What a server may ask for as interval (CIBA §11), so that polls neither flood it nor stop. */
const [LEAST_INTERVAL, MOST_INTERVAL, SLOWER] = [1, 60, 5];

const paced = (interval: number, denial?: Denial): number =>
  Math.min(Math.max(interval, denial?.retryAfter ?? 0, LEAST_INTERVAL), MOST_INTERVAL);

/** The page of a remedy of this kind in a denial. */
const pageIn = ({ remedies: offered }: Denial, kind: 'consent' | 'step_up'): Page | undefined => {
  for (const remedy of offered) {
    if (remedy.kind !== kind) continue;
    return remedy.kind === 'consent' ? remedy : remedy.page;
  }
  return undefined;
};

/** Asks until the person has answered on the page. Throws AgentStop when it expires. */
const answered = async (
  port: Port,
  run: Run,
  remedy: Of<'consent'> | Of<'step_up'>,
  { url }: Page,
  until: number,
  wanted: Wanted,
): Promise<Outcome> => {
  let isAnotherPage = false;
  for (;;) {
    const answer = await run.request((signal) => port.ask(wanted, signal));
    if (answer.kind === 'granted') return { answer, wanted };
    const page = pageIn(answer.denial, remedy.kind);
    if (!page && !isLater(answer.denial)) return { answer, wanted };
    if (page && isDecided(page, url, until - run.now())) {
      // A request between the decision and its effect gets another page too. One more question tells the two apart.
      if (isAnotherPage) return { answer, wanted };
      isAnotherPage = true;
    }
    const pause = paced(PAGE_PACE, answer.denial);
    if (run.now() + pause > until) throw run.stop('expired', remedy);
    await run.sleep(pause, remedy);
  }
};

const consentFollower = (port: Port, { onConsent }: Hooks, run: Run): Follow<'consent'> => {
  return async (remedy, denial, wanted) => {
    const { url, expiresIn } = remedy;
    if (!isPageOf(port.origin, remedy)) return 'unsafe_remedy';
    if (!onConsent) return 'no_hook';
    const until = run.now() + expiresIn;
    const said = await run.hooked((signal) => onConsent({ url, expiresIn, denial, signal }), expiresIn, remedy);
    if (said === LATE) throw run.stop(run.now() >= run.deadline ? 'out_of_time' : 'expired', remedy);
    if (said === false) return 'declined';
    run.note(remedy, 'followed');
    return answered(port, run, remedy, remedy, until, wanted);
  };
};

const approvalFollower = (port: Port, { onApproval }: Hooks, run: Run): Follow<'approval'> => {
  /** Whether to ask again, and how slowly. */
  const nextInterval = (denial: Denial, interval: number): number | undefined => {
    if (denial.error === 'slow_down') return paced(interval + SLOWER, denial);
    return denial.error === 'authorization_pending' || isLater(denial) ? paced(interval, denial) : undefined;
  };

  return async (remedy, denial, wanted) => {
    const { authReqId, number, expiresIn } = remedy;
    // Credentials of the agent go to the token endpoint of its server, and to no other address that a refusal names.
    if (remedy.grantType !== CIBA || remedy.endpoint !== (await port.tokenEndpoint())) return 'unsafe_remedy';
    if (!onApproval && number !== undefined) return 'no_hook';
    const until = run.now() + expiresIn;
    if (onApproval) {
      const said = await run.hooked(
        (signal) => onApproval({ authReqId, number, expiresIn, denial, signal }),
        expiresIn,
        remedy,
      );
      if (said === LATE) throw run.stop(run.now() >= run.deadline ? 'out_of_time' : 'expired', remedy);
      if (said === false) return 'declined';
    }
    run.note(remedy, 'followed');
    let interval = paced(remedy.interval);
    for (;;) {
      // A decision of the last moment is fetched by one more poll.
      if (run.now() > until + interval) throw run.stop('expired', remedy);
      const { pinged } = port;
      await run.sleep(interval, remedy, pinged && ((signal) => pinged(authReqId, signal)));
      const answer = await run.request((signal) => port.poll(authReqId, signal));
      if (answer.kind === 'granted') return { answer, wanted };
      const next = nextInterval(answer.denial, interval);
      if (next === undefined) {
        run.refused(answer.denial);
        if (answer.denial.error === 'expired_token') throw run.stop('expired', remedy);
        return { answer, wanted };
      }
      interval = next;
    }
  };
};

const stepUpFollower = (port: Port, { onStepUp }: Hooks, run: Run): Follow<'step_up'> => {
  return async (remedy, denial, wanted) => {
    const { acrValues, maxAge, page } = remedy;
    if (!wanted.subject) return 'no_person';
    if (page && !isPageOf(port.origin, page)) return 'unsafe_remedy';
    if (!onStepUp) return 'no_hook';
    const until = run.now() + (page?.expiresIn ?? 0);
    const said = await run.hooked(
      (signal) => onStepUp({ acrValues, maxAge, page, denial, signal }),
      run.deadline - run.now(),
      remedy,
    );
    if (said === LATE) throw run.stop('out_of_time', remedy);
    if (said === true && page) {
      run.note(remedy, 'followed');
      return answered(port, run, remedy, page, until, wanted);
    }
    if (typeof said === 'boolean' || said === undefined) return 'declined';
    run.note(remedy, 'followed');
    const changed = { ...wanted, subject: await subjectTokenOf(said) };
    return { answer: await run.request((signal) => port.ask(changed, signal)), wanted: changed };
  };
};

const narrowFollower = (port: Port, { onNarrow }: Hooks, run: Run): Follow<'narrow'> => {
  return async (remedy, denial, wanted) => {
    const scopes = remedy.scope.split(' ').filter(Boolean);
    const { scopes: requested } = wanted;
    // The server has just refused all that was requested: with more it would refuse again. Other scopes are for the program to judge.
    const isMore = requested?.every((one) => scopes.includes(one)) ?? false;
    if (scopes.length === 0 || isMore) return 'unsafe_remedy';
    if (!onNarrow) return 'no_hook';
    const ask = (signal: AbortSignal) => onNarrow({ scopes, requested: requested ?? [], denial, signal });
    const said = await run.hooked(ask, run.deadline - run.now(), remedy);
    if (said === LATE) throw run.stop('out_of_time', remedy);
    if (said !== true) return 'declined';
    run.note(remedy, 'followed');
    const changed = { ...wanted, scopes };
    return { answer: await run.request((signal) => port.ask(changed, signal)), wanted: changed };
  };
};

const waitFollower = (port: Port, { onWait }: Hooks, run: Run): Follow<'wait'> => {
  return async (remedy, denial, wanted) => {
    const seconds = Math.max(1, remedy.until - run.now(), denial.retryAfter ?? 0);
    if (run.now() + seconds > run.deadline) return 'out_of_time';
    if (onWait) {
      const said = await run.hooked((signal) => onWait({ seconds, denial, signal }), run.deadline - run.now(), remedy);
      if (said === LATE) throw run.stop('out_of_time', remedy);
      if (said === false) return 'declined';
    }
    run.note(remedy, 'followed');
    await run.sleep(seconds, remedy);
    return { answer: await run.request((signal) => port.ask(wanted, signal)), wanted };
  };
};

export const remedies = (port: Port, hooks: Hooks, run: Run): Remedies => {
  const followers: { readonly [Kind in Remedy['kind']]: Follow<Kind> } = {
    consent: consentFollower(port, hooks, run),
    approval: approvalFollower(port, hooks, run),
    step_up: stepUpFollower(port, hooks, run),
    narrow: narrowFollower(port, hooks, run),
    wait: waitFollower(port, hooks, run),
    contact: async () => 'contact',
  };
  return {
    follow: (remedy, denial, wanted) =>
      (followers[remedy.kind] as Follow<Remedy['kind']>)(remedy as never, denial, wanted),
  };
};

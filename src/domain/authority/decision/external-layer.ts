/**
 * The layer of an external policy decision point. It evaluates what all other layers left (AuthZEN Authorization API
 * 1.0), and only what it permits stays. It cannot grant anything. Every result other than a clear permit in time is a
 * denial.
 */

import type { Clock } from '../../ports/clock.ts';
import type { TrustedPost } from '../../ports/trusted-fetch.ts';
import { typeOf } from '../../resources/authorization-details/narrowed-details.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import type { Decision, Withholding } from './decision.ts';
import { type DecisionFacts, type KnownFacts, partiesOf, type Route } from './facts.ts';

type Left = Pick<Decision, 'scope' | 'details'>;

/** In the order of the questions; undefined for a permitted one. */
export type ExternalCut = {
  readonly scope: readonly (Withholding | undefined)[];
  readonly details: readonly (Withholding | undefined)[];
};

export type ExternalDecisionPoint = {
  isAsked(route: Route): boolean;
  /** Evaluates scopes and details there. Returns which of them are not permitted, and why. Never throws. */
  cut(facts: KnownFacts, left: Left): Promise<ExternalCut>;
};

/** `not_tried`: it recently failed repeatedly, or too many questions are waiting. */
export type ExternalOutcome = 'answered' | 'failed' | 'not_tried';

export type ExternalSettings = {
  /** Its Access Evaluations endpoint. */
  readonly url: string;
  readonly timeoutMilliseconds: number;
  /** Bearer token. */
  readonly credential?: string | undefined;
  /** Routes on which it is asked. Empty: all routes on which the layer applies. */
  readonly routes: readonly string[];
};

/** Consecutive failures after which it is not asked for `PAUSE_SECONDS`. Then one question tests it. */
const FAILURES = 5;
const PAUSE_SECONDS = 10;
const MOST_AT_ONCE = 128;
/** Maximum depth of an answer. */
const MOST_DEPTH = 16;

export const externalDecisionPoint = (deps: {
  readonly post: TrustedPost['post'];
  readonly settings: ExternalSettings;
  readonly clock: Clock;
  readonly onOutcome?: (outcome: ExternalOutcome) => void;
}): ExternalDecisionPoint => {
  const { post, clock, onOutcome = () => undefined } = deps;
  const { url, timeoutMilliseconds, credential, routes } = deps.settings;
  let failures = 0;
  let pausedUntil = 0;
  let underWay = 0;

  /** Whether it may be asked now. After failures, one question at a time tests whether it works again. */
  const mayTry = (): boolean => {
    if (failures < FAILURES) return underWay < MOST_AT_ONCE;
    // A clock that is set back does not prolong the pause.
    const isOver = clock.now() >= pausedUntil || clock.now() < pausedUntil - PAUSE_SECONDS;
    return isOver && underWay === 0;
  };

  const ask = async (facts: DecisionFacts, left: Left): Promise<readonly boolean[]> => {
    const question = questionsOf(facts, left);
    const authorization = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
    const body = JSON.stringify(question);
    const answers = answersIn(await post({ url, purpose: 'decision', body, timeoutMilliseconds, ...authorization }));
    if (answers.length !== question.evaluations.length) throw new Error('it answered other questions');
    return answers.map(isPermit);
  };

  return {
    isAsked: (route) => routes.length === 0 || routes.includes(route),

    async cut(facts, left) {
      const { scope, details } = left;
      const cut = (withheld: (at: number) => Withholding | undefined): ExternalCut => ({
        scope: scope.map((_, at) => withheld(at)),
        details: details.map((_, at) => withheld(scope.length + at)),
      });
      if (scope.length + details.length === 0) return cut(() => undefined);
      if (!mayTry()) {
        onOutcome('not_tried');
        return cut(() => NOT_ANSWERED);
      }
      underWay += 1;
      try {
        const permitted = await ask(facts, left);
        failures = 0;
        onOutcome('answered');
        return cut((at) => (permitted[at] === true ? undefined : DENIED));
      } catch {
        failures += 1;
        if (failures >= FAILURES) pausedUntil = clock.now() + PAUSE_SECONDS;
        onOutcome('failed');
        return cut(() => NOT_ANSWERED);
      } finally {
        underWay -= 1;
      }
    },
  };
};

const DENIED: Withholding = { layer: 'external', external: 'denied' };
const NOT_ANSWERED: Withholding = { layer: 'external', external: 'not_answered' };

/**
 * Sends ids and names only, and nothing by which others could identify a person. Sends details whole, since the
 * decision is about them.
 */
const questionsOf = (facts: DecisionFacts, { scope, details }: Left) => {
  const { route, now, server, caller, subject, actors = [], assurance, isBound = false } = facts;
  return {
    subject: subject ? { type: 'account', id: subject.id } : { type: caller.kind, id: caller.id },
    resource: { type: 'resource_server', id: server.identifier },
    context: {
      route,
      now,
      caller: { type: caller.kind, id: caller.id },
      through: partiesOf(facts)
        .slice(1)
        .map(({ kind, id }) => ({ type: kind, id })),
      actors,
      bound: isBound,
      ...(assurance ? { acr: assurance.acr, amr: assurance.amr, auth_time: assurance.authTime } : {}),
    },
    evaluations: [
      ...scope.map((name) => ({
        action: { name, properties: { risk: server.scopes.find((one) => one.name === name)?.risk } },
      })),
      ...details.map(({ type, ...properties }) => ({
        action: { name: 'use', properties: { risk: typeOf(server.detailTypes ?? [], { type })?.risk } },
        resource: { type: 'detail', id: type, properties },
      })),
    ],
  };
};

/** The `evaluations` of an answer (§7.2). Throws on anything else. */
const answersIn = (body: Uint8Array): readonly unknown[] => {
  const answer = strictJson(body, ['__proto__'], MOST_DEPTH);
  const answers = isObject(answer) ? answer['evaluations'] : undefined;
  if (!Array.isArray(answers) || !answers.every((one) => isObject(one) && typeof one['decision'] === 'boolean')) {
    throw new Error('it answered something else');
  }
  return answers;
};

/** A permit with obligations is a denial for a caller that does not know them (AuthZEN Obligations Profile). */
const isPermit = (answer: unknown): boolean => {
  if (!isObject(answer) || answer['decision'] !== true) return false;
  const { context } = answer;
  if (context === undefined || context === null) return true;
  return isObject(context) && context['obligations'] === undefined;
};

const isObject = (value: unknown): value is { readonly [member: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Asks the server whether a token may do something now (AuthZEN Authorization API 1.0). A permit is never remembered. */
import { Refusal, unavailable } from '../../../packages/resource-server/src/refusal.ts';
import type { Access } from '../../../packages/resource-server/src/resource-server.ts';
import { isJsonObject, type JsonObject } from '../request/json-content.ts';
import type { Approvals, AskedAction } from './approvals.ts';
import type { DecisionPoint } from './decision-point.ts';
import type { FilledNeed } from './needs.ts';

/** An action on a resource. */
export type Question = { readonly action: JsonObject; readonly resource: JsonObject };

export interface Evaluations {
  /** Resolves when the server permits all questions. Throws Refusal. */
  check(access: Access, questions: readonly Question[], action: AskedAction): Promise<void>;
}

/** What is asked about a need. Throws an Error if it has nothing to ask about: no question would be a permit. */
export const questionsOf = ({ need, details }: FilledNeed, resource: string): readonly Question[] => {
  const { authzen, scopes } = need;
  if (authzen === false) return [];
  if (authzen !== true) return [{ action: { name: authzen.action }, resource: { ...authzen.resource } }];
  if (details.length > 0) {
    return details.map(({ type, ...properties }) => ({
      action: { name: 'use' },
      resource: { type: 'detail', id: type, properties },
    }));
  }
  if (scopes.length === 0) throw new Error('authzen has neither scopes nor details');
  return scopes.map((name) => ({ action: { name }, resource: { type: 'resource_server', id: resource } }));
};

const contextOf = (answer: JsonObject): JsonObject => (isJsonObject(answer['context']) ? answer['context'] : {});

const stepUpIn = (remedies: readonly JsonObject[]): Readonly<Record<string, string>> | undefined => {
  const found = remedies.find(({ kind }) => kind === 'step_up');
  if (!found) return undefined;
  const { acr_values: acrValues, max_age: maxAge } = found;
  const listed = Array.isArray(acrValues) ? acrValues.join(' ') : acrValues;
  return {
    ...(typeof listed === 'string' ? { acr_values: listed } : {}),
    ...(typeof maxAge === 'number' ? { max_age: String(maxAge) } : {}),
  };
};

/** Remedies that a client can follow. The others are about requests of the gateway itself. */
const FOR_CLIENTS = new Set(['step_up', 'wait', 'contact', 'consent']);

/** A denial as a refusal, with the challenge that fits it. */
const refusalOfDenial = (context: JsonObject, scopes: readonly string[]): Refusal => {
  const { reason, description, remedies } = context;
  const named = (Array.isArray(remedies) ? remedies.filter(isJsonObject) : []).filter(({ kind }) =>
    FOR_CLIENTS.has(String(kind)),
  );
  const code = typeof reason === 'string' ? reason : 'denied';
  const facts = {
    reason: code,
    description: typeof description === 'string' ? description : 'The server does not permit this request now.',
    ...(named.length > 0 ? { remedies: named } : {}),
  };
  if (code === 'token_not_live') return new Refusal('invalid_token', facts);
  const stepUp = stepUpIn(named);
  if (stepUp) return new Refusal('insufficient_user_authentication', { ...facts, parameters: stepUp });
  return new Refusal('insufficient_scope', {
    ...facts,
    ...(scopes.length > 0 ? { parameters: { scope: scopes.join(' ') } } : {}),
  });
};

/** The answer to one question. Anything but a boolean is no decision. */
const decisionIn = (answer: unknown): { readonly isPermit: boolean; readonly context: JsonObject } => {
  if (!isJsonObject(answer) || typeof answer['decision'] !== 'boolean') {
    throw unavailable('decision_malformed', 'the answer has no decision');
  }
  return { isPermit: answer['decision'], context: contextOf(answer) };
};

export const evaluations = (point: DecisionPoint, approvals: Approvals): Evaluations => {
  const ask = async (access: Access, questions: readonly Question[], more: JsonObject = {}) => {
    const subject = { type: 'identity', id: access.subject };
    const context = { token: access.token, ...more };
    const [only] = questions;
    if (questions.length === 1 && only) {
      const { status, body } = await point.post('access_evaluation_endpoint', { subject, ...only, context });
      if (status !== 200) throw unavailable('decision_malformed', `status ${status}`);
      return [decisionIn(body)];
    }
    const { status, body } = await point.post('access_evaluations_endpoint', {
      subject,
      context,
      evaluations: questions,
      options: { evaluations_semantic: 'deny_on_first_deny' },
    });
    const answers = body['evaluations'];
    if (status !== 200 || !Array.isArray(answers) || answers.length === 0) {
      throw unavailable('decision_malformed', `status ${status}`);
    }
    const decided = answers.map(decisionIn);
    if (decided.every(({ isPermit }) => isPermit) && decided.length !== questions.length) {
      throw unavailable('decision_malformed', 'the answer has no decision for each question');
    }
    return decided;
  };

  return {
    async check(access, questions, action) {
      const denied = (await ask(access, questions)).find(({ isPermit }) => !isPermit);
      if (!denied) return;
      const { scopes } = action;
      const [only] = questions;
      const request = denied.context['access_request'];
      // Each action is approved by itself, so people are not asked about several at once.
      // An approval of a request whose content is not known would permit any content.
      if (!isJsonObject(request) || questions.length !== 1 || !only || !action.isWhole)
        throw refusalOfDenial(denied.context, scopes);
      const subject = { type: 'identity', id: access.subject };
      const approval = await approvals.obtain(access, { subject, ...only }, denied.context, action);
      const [again] = await ask(access, questions, { approval, call: crypto.randomUUID() });
      if (!again?.isPermit) throw refusalOfDenial(again?.context ?? {}, scopes);
    },
  };
};

/**
 * Asks people about an action that was denied (AuthZEN Access Request and Approval Profile 1.0), and waits for them within a bound. An
 * approval is for one request: the same caller, question, path and content. It is used once.
 */
import { createHash } from 'node:crypto';
import { Refusal, unavailable } from '../../../packages/resource-server/src/refusal.ts';
import type { Access, Page } from '../../../packages/resource-server/src/resource-server.ts';
import { isJsonObject, type JsonObject } from '../request/json-content.ts';
import type { DecisionPoint } from './decision-point.ts';

/** The request that the question is about. */
export type AskedAction = {
  /** Shown to the approvers as words of the API: `POST /payments`. */
  readonly name: string;
  /** What tells this request from all others: method, path, query, content. */
  readonly parts: readonly (string | Uint8Array)[];
  /** The content is in `parts`. False where only the head is known. */
  readonly isWhole: boolean;
  readonly scopes: readonly string[];
  /** The client has gone: nothing waits for the answer. */
  readonly isGone: () => boolean;
  /** Called with the page that people have to open. */
  readonly onPage: (page: Page) => void;
};

export interface Approvals {
  /** The reference of an approval, for `context.approval`. Throws Refusal `approval_required` if there is none within the time. */
  obtain(access: Access, question: JsonObject, denial: JsonObject, action: AskedAction): Promise<JsonObject>;
}

type Task = {
  readonly id: string;
  readonly statusUrl: string;
  readonly review: string | undefined;
  readonly number: string | undefined;
  /** Epoch seconds. */
  readonly until: number;
  pollAt: number;
  polling: Promise<PollResult> | undefined;
};

type PollResult = { readonly kind: 'pending' | 'over' } | { readonly kind: 'approved'; readonly approval: JsonObject };

export type ApprovalClock = {
  /** Epoch seconds. */
  readonly now: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
};

const MOST_TASKS = 10_000;
const TASK_SECONDS = 600;
const POLL_SECONDS = 5;
/** A standing approval, or one that another request took, ends in a second attempt. */
const MOST_ATTEMPTS = 3;

const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const keyOf = (access: Access, question: JsonObject, parts: AskedAction['parts']): string => {
  const hash = createHash('sha256');
  const own = [access.subject, access.clientId, access.actors.map(({ sub }) => sub), question];
  for (const part of [JSON.stringify(own), ...parts]) {
    const bytes = Buffer.from(part);
    // With its length, no two lists of parts have one text.
    hash.update(`${bytes.byteLength}:`).update(bytes);
  }
  return hash.digest('base64url');
};

const approvalIn = (body: JsonObject): JsonObject | undefined => {
  const result = body['result'];
  const approval = isJsonObject(result) ? result['approval'] : undefined;
  return isJsonObject(approval) ? approval : undefined;
};

export const approvals = (point: DecisionPoint, waitSeconds: number, { now, sleep }: ApprovalClock): Approvals => {
  const tasks = new Map<string, Task>();

  const keep = (key: string, task: Task): void => {
    for (const [other, { until }] of tasks) if (until <= now()) tasks.delete(other);
    const [oldest] = tasks.keys();
    if (tasks.size >= MOST_TASKS && oldest !== undefined) tasks.delete(oldest);
    tasks.set(key, task);
  };

  /** Creates the task, or finds an approval in the answer. */
  const submit = async (
    key: string,
    access: Access,
    question: JsonObject,
    denial: JsonObject,
    action: AskedAction,
  ): Promise<Task | { readonly approval: JsonObject }> => {
    const request = isJsonObject(denial['access_request']) ? denial['access_request'] : {};
    const digest = createHash('sha256').update(key).digest('base64url').slice(0, 12);
    const { status, body, retryAfter } = await point.post(
      'access_request_endpoint',
      {
        ...question,
        context: { token: access.token, business_justification: `${action.name} (request ${digest})`.slice(0, 300) },
        denial: { evaluation_id: denial['evaluation_id'], expires_at: request['expires_at'] },
      },
      { 'idempotency-key': crypto.randomUUID() },
    );
    const approval = approvalIn(body);
    if (status === 201 && approval) return { approval };
    const task = isJsonObject(body['task']) ? body['task'] : {};
    const [id, statusUrl] = [textIn(task['id']), textIn(task['status_endpoint'])];
    if (status !== 202 || !id || !statusUrl) throw unavailable('approval_unavailable', `status ${status}`);
    const links = isJsonObject(task['links']) ? task['links'] : {};
    const display = isJsonObject(task['display']) ? task['display'] : {};
    const number = display['urn:behalf:number'];
    return {
      id,
      statusUrl,
      review: textIn(links['review']),
      number: number === undefined ? undefined : String(number),
      until: now() + TASK_SECONDS,
      pollAt: now() + (retryAfter ?? POLL_SECONDS),
      polling: undefined,
    };
  };

  const poll = async (task: Task): Promise<PollResult> => {
    const { status, body, retryAfter } = await point.read(task.statusUrl);
    task.pollAt = now() + (retryAfter ?? POLL_SECONDS);
    if (status === 429) return { kind: 'pending' };
    const current = isJsonObject(body['task']) ? body['task'] : {};
    if (status === 200 && current['status'] === 'pending') return { kind: 'pending' };
    const approval = approvalIn(body);
    return status === 200 && current['status'] === 'approved' && approval
      ? { kind: 'approved', approval }
      : { kind: 'over' };
  };

  const pending = (task: Task, { scopes, onPage }: AskedAction): Refusal => {
    const message = `People have to approve this request.${task.number === undefined ? '' : ` Their page asks for the number ${task.number}.`}`;
    if (task.review !== undefined) onPage({ url: task.review, elicitationId: task.id, message });
    const until = Math.ceil(Math.max(task.pollAt, now() + 1));
    const page = task.review === undefined ? {} : { url: task.review };
    const number = task.number === undefined ? {} : { number: task.number };
    return new Refusal('insufficient_scope', {
      reason: 'approval_required',
      description: `${message} Send exactly the same request again later.`,
      parameters: scopes.length > 0 ? { scope: scopes.join(' ') } : {},
      remedies: [{ kind: 'wait', until, ...page, ...number }],
    });
  };

  /** Polls until people have decided or the time is over. */
  const decided = async (task: Task, deadline: number, isGone: () => boolean): Promise<PollResult> => {
    for (;;) {
      const wait = Math.max(0, task.pollAt - now());
      if (now() + wait > deadline || isGone()) return { kind: 'pending' };
      if (wait > 0) await sleep(wait);
      if (isGone()) return { kind: 'pending' };
      // Several requests can wait for one task: it is asked for once at a time.
      if (now() < task.pollAt) continue;
      task.polling ??= poll(task).finally(() => {
        task.polling = undefined;
      });
      const result = await task.polling;
      if (result.kind !== 'pending') return result;
    }
  };

  return {
    async obtain(access, question, denial, action) {
      const key = keyOf(access, question, action.parts);
      const deadline = now() + waitSeconds;
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
        let task = tasks.get(key);
        if (task && task.until <= now()) tasks.delete(key);
        if (!task || task.until <= now()) {
          const made = await submit(key, access, question, denial, action);
          if ('approval' in made) return made.approval;
          task = made;
          keep(key, task);
        }
        // One look even where nothing waits: people may have decided since the request before.
        const result = await decided(task, Math.max(deadline, task.pollAt <= now() ? now() : deadline), action.isGone);
        if (result.kind === 'pending') throw pending(task, action);
        const isMine = tasks.get(key) === task && tasks.delete(key);
        if (result.kind === 'approved' && isMine) return result.approval;
        if (result.kind === 'over') {
          throw new Refusal('insufficient_scope', {
            reason: 'approval_denied',
            description: 'People did not approve this request.',
          });
        }
      }
      throw unavailable('approval_contended', 'several equal requests wait for approvals');
    },
  };
};

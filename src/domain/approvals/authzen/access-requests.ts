/**
 * Requests for approval of a denied evaluation (AuthZEN Access Request and Approval Profile 1.0): the third channel to
 * the approval service. Owns what a submission is bound to, repeated submission, and the task. Does not own how people
 * decide (domain/approvals), nor when an approval makes an evaluation a permit (access-approvals.ts).
 */

import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { PollingInterval } from '../../platform/rate-limits/polling-interval.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, isDocumentConflict } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { type DomainError, isDomainError } from '../../vocabulary/errors.ts';
import type { Approval, Requested } from '../approval.ts';
import type { RequestedApproval } from '../approval-draft.ts';
import type { ApprovalService } from '../approval-service.ts';
import type { AskingForApproval, Prepared } from '../request-approval.ts';
import type { AccessApprovalRequest, AccessApprovals } from './access-approvals.ts';
import type { AccessCallbacks } from './access-callbacks.ts';
import type { AccessDecisions } from './access-decisions.ts';
import type { Members } from './access-question.ts';
import { ACCESS_REQUESTS, type AccessRequest, type ShownTask, showTask, taskStatus } from './access-request.ts';
import { type AskedItem, type ClaimedActor, readAccessRequest } from './access-request-body.ts';
import { accessRequestProblem } from './access-request-problem.ts';
import { accessRequestRefusal } from './access-request-refusals.ts';
import { isActor } from './claimed-actor.ts';
import { type EvaluationIds, questionDigest } from './evaluation-binding.ts';
import { digestOfBody, echoOf, told } from './submission.ts';

/** Shortest time for which access can be requested, seconds. A person needs that long to look at the request. */
const LEAST_SECONDS = 60;
/** Seconds for which a task and its key are kept after its end. */
const REMEMBERED_SECONDS = 2 * 86_400;
const TASK_ID = /^arq_\w{1,64}$/;

/** An item that is bound to a denial which an approval can lift. */
type CheckedItem = { readonly intention: AccessApprovalRequest; readonly requested: Requested };

/** `isOver`: the task can no longer change. */
export type AnsweredTask = { readonly shown: ShownTask; readonly isOver: boolean };

/** Access requests: submission, status and cancellation of a task (AuthZEN Access Request and Approval Profile 1.0). */
export interface AccessRequests {
  /**
   * Requests approvals, once for each key. Throws the problems of the profile, 'invalid_request' and 'invalid_field'
   * for a body that cannot be read, and 'too_many_requests' beyond the limits (AP-05).
   */
  submit(
    server: ResourceServer,
    body: Members,
    sent: { readonly key?: string | undefined; readonly request: string },
  ): Promise<AnsweredTask>;
  /** Throws the problems 'unknown_task' and 'task_expired', and 'slow_down' when the caller polls too soon. */
  status(server: ResourceServer, id: string): Promise<AnsweredTask>;
  /** Call it after each change of an approval. */
  changed(approval: Approval): Promise<void>;
  /**
   * Withdraws the undecided part of a task. Throws 'invalid_task_state' where no part is open, and as `status` does.
   */
  cancel(server: ResourceServer, id: string, request: string): Promise<AnsweredTask>;
}

export const accessRequests = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: Pick<MasterKey, 'digests' | 'ordered'>;
  readonly service: Pick<ApprovalService, 'getMany' | 'requested' | 'settings'>;
  readonly asking: Pick<AskingForApproval, 'askPrepared' | 'checkRoom' | 'prepare'>;
  readonly decisions: Pick<AccessDecisions, 'decided'>;
  readonly approvals: Pick<AccessApprovals, 'intentionOf'>;
  readonly ids: EvaluationIds;
  readonly pace: PollingInterval;
  readonly callbacks: AccessCallbacks;
  readonly pollIntervalSeconds: number;
  readonly endpoint: string;
  /** URL of the page where people decide. */
  readonly inbox: string;
}): AccessRequests => {
  const { documents, clock, identifiers, masterKey, service, asking, decisions, ids, endpoint, inbox } = deps;
  const accessRequests = documents.collection<AccessRequest>(ACCESS_REQUESTS);

  const shown = async (request: AccessRequest): Promise<AnsweredTask> => {
    const found = await service.getMany([...new Set(request.items.map(({ approval }) => approval))]);
    const approvals = new Map(found.map((approval) => [approval.id, approval]));
    const task = showTask(request, approvals, { now: clock.now(), endpoint, inbox });
    return { shown: task, isOver: task.task.status !== 'pending' };
  };

  /** Keys under which a request may be stored; a new request uses the first. */
  const keysOf = (server: ResourceServer, key: string): readonly string[] =>
    masterKey.ordered('idempotency-key', 'access-request', server.id, key);

  const remembered = async (keys: readonly string[], body: string): Promise<AccessRequest | undefined> => {
    for (const key of keys) {
      const [found] = await accessRequests.find({ where: { key }, limit: 1 });
      if (!found) continue;
      if (found.document.forgetAt <= clock.now()) {
        await accessRequests.take(found.document.id);
        continue;
      }
      if (found.document.body !== body) {
        throw accessRequestProblem('duplicate_request', 'This Idempotency-Key was used for something else.');
      }
      return found.document;
    }
    return undefined;
  };

  /** The approval that an item requests. Throws unless the item is bound to a denial that an approval can lift now. */
  const checked = async (
    server: ResourceServer,
    item: AskedItem,
    actor: ClaimedActor | undefined,
  ): Promise<CheckedItem> => {
    const { question, until } = item;
    const now = clock.now();
    const evaluation = ids.read(item.evaluation);
    if (!evaluation) {
      throw accessRequestProblem('not_requestable', 'That is no evaluation of this server that can be asked about.');
    }
    if (now >= evaluation.expiresAt) {
      throw accessRequestProblem('expired_denial', 'That evaluation is too old: evaluate again.');
    }
    if (until !== undefined && until.at < now + LEAST_SECONDS) {
      throw accessRequestRefusal('access_end_too_soon', { field: until.pointer, params: { least: LEAST_SECONDS } });
    }
    const { acting, wanted, denied } = await decisions.decided(server, question);
    if (!acting || !wanted) {
      throw accessRequestProblem('not_requestable', `It cannot be asked for now: ${denied?.reason}.`);
    }
    const digest = questionDigest(question, acting);
    const isBound = digest !== undefined && item.expiresAt === evaluation.expiresAt && ids.isOf(evaluation, digest);
    if (!isBound) throw accessRequestProblem('invalid_denial_binding', 'This is not what was asked and denied then.');
    const intention = deps.approvals.intentionOf(wanted, acting);
    if (!denied) throw accessRequestProblem('not_requestable', 'It is permitted now: evaluate again.');
    if (denied.reason !== 'approval_required' || !intention) {
      throw accessRequestProblem('not_requestable', `No approval can permit this now: ${denied.reason}.`);
    }
    if (actor && !isActor(actor, intention.chain)) {
      throw accessRequestProblem('invalid_denial_binding', 'client.actor is not who the evaluation was about.');
    }
    return {
      intention,
      requested: {
        by: server.id,
        question: digest,
        decision: evaluation.decision,
        ...(until === undefined ? {} : { until: until.at }),
        ...(item.isEmergency ? { isEmergency: true } : {}),
      },
    };
  };

  const prepared = async ({ intention, requested }: CheckedItem, message: string | undefined): Promise<Prepared> => {
    const found = await asking.prepare({ ...intention, requested, message }).catch(ifNobody);
    if (!found) throw accessRequestProblem('not_requestable', 'No approver can approve this.');
    return found;
  };

  /** Withdraws the approvals requested so far, so that approvers are not asked about a part of a bundle. */
  const takeBack = async (
    asked: readonly RequestedApproval[],
    server: ResourceServer,
    request: string,
  ): Promise<void> => {
    for (const { approval, isJoined } of asked) {
      if (!isJoined) await service.requested.withdraw(approval.id, { server: server.id, request }).catch(ifDecided);
    }
  };

  /** Requests all approvals or none: all checks run before the first approver is asked. */
  const askAll = async (
    server: ResourceServer,
    items: readonly CheckedItem[],
    message: string | undefined,
    request: string,
  ): Promise<readonly RequestedApproval[]> => {
    const all: Prepared[] = [];
    for (const item of items) all.push(await prepared(item, message));
    const isCounted = all.length > 1;
    if (isCounted) await asking.checkRoom(all);
    const asked: RequestedApproval[] = [];
    try {
      for (const one of all) asked.push(await asking.askPrepared(one, request, { isCounted }));
    } catch (error) {
      await takeBack(asked, server, request);
      throw error;
    }
    return asked;
  };

  const found = async (server: ResourceServer, id: string): Promise<AccessRequest> => {
    const accessRequest = TASK_ID.test(id) ? (await accessRequests.get(id))?.document : undefined;
    const now = clock.now();
    // The answer for a task of another resource server is the same as for a missing one.
    if (accessRequest?.server !== server.id || accessRequest.forgetAt <= now) {
      throw accessRequestProblem('unknown_task', 'There is no such task of this resource server.');
    }
    if (accessRequest.expiresAt <= now) throw accessRequestProblem('task_expired', 'The time of this task is over.');
    return accessRequest;
  };

  return {
    async submit(server, body, { key, request }): Promise<AnsweredTask> {
      const { items, isBundle, message, actor, callback } = readAccessRequest(body);
      const sent = digestOfBody(body);
      const keys = key === undefined ? [] : keysOf(server, key);
      const before = await remembered(keys, sent);
      if (before) return shown(before);
      const webhook = callback && (await deps.callbacks.endpointOf(server, callback));
      const wanted: CheckedItem[] = [];
      for (const item of items) wanted.push(await checked(server, item, actor));
      const asked = await askAll(server, wanted, message, request);
      const id = identifiers.newId('arq');
      const now = clock.now();
      const last = Math.max(...asked.map(({ approval }) => approval.expiresAt));
      const expiresAt = last + service.settings.redeemSeconds;
      const made: AccessRequest = {
        id,
        server: server.id,
        items: items.map((item, index) => ({
          approval: String(asked[index]?.approval.id),
          ...(isBundle ? echoOf(item) : {}),
        })),
        isBundle,
        ...(callback && webhook !== undefined ? { callback: told(webhook, callback) } : {}),
        key: keys[0] ?? id,
        body: sent,
        createdAt: now,
        expiresAt,
        forgetAt: expiresAt + REMEMBERED_SECONDS,
      };
      try {
        await accessRequests.insert(made);
      } catch (error) {
        if (!isDocumentConflict(error)) throw error;
        // A concurrent request used the same key.
        const first = await remembered(keys, sent).catch(async (refusal: unknown) => {
          await takeBack(asked, server, request);
          throw refusal;
        });
        if (!first) throw error;
        return shown(first);
      }
      if (made.callback) await deps.callbacks.remember(made);
      return shown(made);
    },

    async status(server, id): Promise<AnsweredTask> {
      const request = await found(server, id);
      const answered = await shown(request);
      if (answered.isOver) return answered;
      const told = await deps.pace.poll(`task:${id}`, deps.pollIntervalSeconds);
      if (told !== undefined) throw tooSoon(told);
      return answered;
    },

    changed: (approval): Promise<void> =>
      deps.callbacks.tell(approval, async (id) => {
        const request = (await accessRequests.get(id))?.document;
        return request && { request, shown: (await shown(request)).shown };
      }),

    async cancel(server, id, request): Promise<AnsweredTask> {
      const task = await found(server, id);
      let cancelled = 0;
      for (const approval of await service.getMany(task.items.map((item) => item.approval))) {
        if (taskStatus(approval, clock.now()) !== 'pending') continue;
        const isDone = await service.requested
          .withdraw(approval.id, { server: server.id, request })
          .then(() => true)
          .catch(ifDecided);
        if (isDone === true) cancelled += 1;
      }
      if (cancelled === 0) throw accessRequestProblem('invalid_task_state', 'There is nothing left to cancel.');
      return shown(task);
    },
  };
};

const tooSoon = (seconds: number): DomainError =>
  accessRequestRefusal('access_polled_too_soon', { retryAfterSeconds: seconds, params: { seconds } });

/** The access cannot be requested when there is no approver to ask. */
const ifNobody = (error: unknown): never => {
  if (!isDomainError(error) || error.code !== 'access_denied') throw error;
  throw accessRequestProblem('not_requestable', error.message);
};

/** An approval that was decided in the meantime is not withdrawn. */
const ifDecided = (error: unknown): undefined => {
  if (!isDomainError(error) || error.code !== 'conflict') throw error;
  return undefined;
};

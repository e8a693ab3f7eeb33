/** Resource: provisioning targets, the directories elsewhere that have the agents of this server and their owners. */
import type { Versioned } from '../../../domain/ports/document-store.ts';
import type { ProvisioningTarget, TargetFailure } from '../../../domain/provisioning/provisioning-target.ts';
import type { Reconciler } from '../../../domain/provisioning/reconciliation.ts';
import { remedyOf, targetFailureOf } from '../../../domain/provisioning/target-failures.ts';
import { provisioningRefusal } from '../../../domain/provisioning/target-refusals.ts';
import type { TargetRegistry } from '../../../domain/provisioning/target-registry.ts';
import { existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { show } from '../wire-names.ts';
import {
  NEW_TARGET,
  RECONCILE,
  RECONCILIATION,
  REFUSED,
  TARGET,
  TARGET_CHANGE,
  TARGET_PAGE,
  TEST,
} from './provisioning-schemas.ts';

const SCOPES = scopes('provisioning', {
  read: ['See which directories have the agents of this server', 'low'],
  write: ['Send agents and their owners to other directories', 'high'],
});

const make = about('provisioning-targets', SCOPES);
const BY_ADMINISTRATORS = { roles: ADMINISTRATORS, freshFactor: true } as const;

const routes = {
  createProvisioningTarget: make.create(
    '/provisioning-targets',
    NEW_TARGET,
    TARGET,
    'Register a provisioning target. The server pushes the chosen agents and their owners to it at once',
    BY_ADMINISTRATORS,
  ),
  listProvisioningTargets: make.read('/provisioning-targets', TARGET_PAGE, 'List provisioning targets, newest first', {
    query: PAGE,
  }),
  getProvisioningTarget: make.read(
    '/provisioning-targets/{id}',
    TARGET,
    'Read a provisioning target, what waits for it, and its last failure',
  ),
  listRefusedObjects: make.read(
    '/provisioning-targets/{id}/refused',
    REFUSED,
    'List the agents and accounts that a provisioning target refused',
  ),
  updateProvisioningTarget: make.change(
    '/provisioning-targets/{id}',
    TARGET_CHANGE,
    TARGET,
    'Change a provisioning target. All agents are compared with it again',
    BY_ADMINISTRATORS,
  ),
  testProvisioningTarget: make.act(
    '/provisioning-targets/{id}/test',
    TEST,
    'Read the configuration of a provisioning target, to see whether it answers',
    { roles: ADMINISTRATORS },
  ),
  pauseProvisioningTarget: make.act(
    '/provisioning-targets/{id}/pause',
    TARGET,
    'Pause a provisioning target. The server sends nothing to it, and changes wait',
    { roles: ADMINISTRATORS },
  ),
  resumeProvisioningTarget: make.act(
    '/provisioning-targets/{id}/resume',
    TARGET,
    'Resume a paused provisioning target, or try a failing one again at once',
    { roles: ADMINISTRATORS },
  ),
  reconcileProvisioningTarget: make.act(
    '/provisioning-targets/{id}/reconcile',
    RECONCILIATION,
    'Compare what a provisioning target has with what it shall have, and push the differences if asked to',
    { roles: ADMINISTRATORS, body: RECONCILE },
  ),
  removeProvisioningTarget: make.remove(
    '/provisioning-targets/{id}',
    'Delete a provisioning target. What it has stays there',
    BY_ADMINISTRATORS,
  ),
};

type Dependencies = { readonly provisioningTargets: TargetRegistry; readonly provisioningReconciler: Reconciler };

const showFailure = ({ failure, status, detail }: TargetFailure) => ({
  ...{ failure, status, detail },
  remedy: remedyOf({ failure }),
});

const showTokenClient = ({ tokenClient: client }: ProvisioningTarget) =>
  client && {
    ...{ token_endpoint: client.tokenEndpoint, token_client_id: client.clientId },
    token_client_authentication: client.authentication,
    ...(client.audience === undefined ? {} : { token_client_audience: client.audience }),
    ...(client.scope === undefined ? {} : { token_scope: client.scope }),
    ...(client.resource === undefined ? {} : { token_resource: client.resource }),
  };

const handlers = ({
  provisioningTargets: targets,
  provisioningReconciler: reconciler,
}: Dependencies): Handlers<typeof routes> => {
  const shown = async (target: ProvisioningTarget) => {
    const health = await targets.health(target.id);
    const { lastFailure } = health ?? {};
    const state = { waiting: 0, backlog: 0, pushed: 0, ...health };
    return {
      ...show(target, [
        'id',
        'name',
        'url',
        'agents',
        'agentName',
        'userName',
        'removal',
        'state',
        'createdAt',
        'updatedAt',
      ]),
      ...showTokenClient(target),
      ...show(state, ['waiting', 'backlog', 'pushed', 'lastSuccessAt', 'failingSince', 'lastFailureAt', 'dueAt']),
      comparing: health?.isSweeping ?? false,
      node: health?.lockedBy,
      last_failure: lastFailure && showFailure(lastFailure),
    };
  };
  const answer = async (found: Versioned<ProvisioningTarget>) => {
    const body = await shown(found.document);
    return objectAnswer(found, () => body);
  };
  const found = async (id: string) => existing(await targets.get(id));

  const compared = async (target: ProvisioningTarget) => {
    try {
      return await reconciler.compare(target);
    } catch (error) {
      const failed = targetFailureOf(error);
      if (!failed) throw error;
      const params = { reason: failed.failure, remedy: remedyOf(failed) };
      throw provisioningRefusal('target_unavailable', { params, retryAfterSeconds: failed.retryAfterSeconds ?? 30 });
    }
  };

  return {
    createProvisioningTarget: async ({ body, by }) => answer(await targets.create(body, by)),
    async listProvisioningTargets(call) {
      const { items, ...rest } = await targets.list(pageOf(call));
      const all = await Promise.all(items.map(({ document }) => shown(document)));
      return pageAnswer({ ...rest, items: all.map((document) => ({ document, version: 1 })) }, (one) => one);
    },
    getProvisioningTarget: async ({ id }) => answer(await found(id)),
    async listRefusedObjects({ id }) {
      await found(id);
      const all = await targets.refused(id);
      return { body: { items: all.map((one) => ({ object: one.object, ...showFailure(one), at: one.at })) } };
    },
    async updateProvisioningTarget(call) {
      sameVersion(await found(call.id), call);
      return answer(await targets.update(call.id, call.version, call.body, call.by));
    },
    async testProvisioningTarget({ id, by }) {
      const failed = await targets.test(id, by);
      return { body: failed ? { answered: false, failure: showFailure(failed) } : { answered: true } };
    },
    pauseProvisioningTarget: async ({ id, by }) => answer(await targets.pause(id, by)),
    resumeProvisioningTarget: async ({ id, by }) => answer(await targets.resume(id, by)),
    async reconcileProvisioningTarget({ id, body, by }) {
      const { document } = await found(id);
      const { isComplete, ...report } = await compared(document);
      const objects = [...report.missing, ...report.surplus, ...report.different.map(({ object }) => object)];
      const isApplied = body.apply === true && objects.length > 0;
      if (isApplied) await targets.repeat(id, objects, by);
      return { body: { ...report, complete: isComplete, repeated: isApplied ? objects.length : 0 } };
    },
    async removeProvisioningTarget({ id, by }) {
      await targets.remove(id, by);
      return {};
    },
  };
};

export const provisioningTargets = resource(routes, handlers);

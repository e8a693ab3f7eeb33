/** Resource: provisioning targets, the directories elsewhere that have the agents of this server and their owners. */
import type { Versioned } from '../../../domain/ports/document-store.ts';
import {
  AGENT_NAME_ATTRIBUTES,
  MOST_CHOSEN,
  type ProvisioningTarget,
  REMOVALS,
  type TargetFailure,
  USER_NAME_SOURCES,
} from '../../../domain/provisioning/provisioning-target.ts';
import type { Reconciler } from '../../../domain/provisioning/reconciliation.ts';
import { remedyOf, targetFailureOf } from '../../../domain/provisioning/target-failures.ts';
import { provisioningRefusal } from '../../../domain/provisioning/target-refusals.ts';
import type { TargetRegistry } from '../../../domain/provisioning/target-registry.ts';
import { existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';

const CHANGEABLE = {
  name: text('Name to show.', 100),
  url: text('https URL below which /Agents and /Users are. Another URL needs its token in the same change.', 2048),
  token: text('Bearer token that the target accepts. Never shown.', 4096),
  agents: strings(
    'Ids of agents, and of accounts and groups whose agents the target has; * alone for all. Default: all.',
    MOST_CHOSEN,
    64,
  ),
  agent_name: oneOf(
    'What the target calls the unique name of an agent: agentUserName, or name of the older draft. Default: agentUserName.',
    AGENT_NAME_ATTRIBUTES,
  ),
  user_name: oneOf('What userName of an owner is there. Default: username.', USER_NAME_SOURCES),
  removal: oneOf(
    'What happens there to an agent that is retired here or no longer chosen. Default: deactivate.',
    REMOVALS,
  ),
};

const NEW_TARGET = named('NewProvisioningTarget', input(CHANGEABLE, ['name', 'url', 'token']));
const TARGET_CHANGE = named('ProvisioningTargetChange', change(CHANGEABLE));

const FAILURE = {
  failure: string('Why: a code of this server.'),
  status: integer('HTTP status that the target answered.'),
  detail: string('What the target said, shortened.'),
  remedy: string('What to do about it.'),
};
const FAILURE_OPTIONAL = ['status', 'detail'] as const;

const TARGET_FAILURE = named('ProvisioningFailure', output(FAILURE, FAILURE_OPTIONAL));
const REFUSED_OBJECT = named(
  'RefusedObject',
  output(
    { object: string('Id of the agent or account.'), ...FAILURE, at: seconds('When the target refused it.') },
    FAILURE_OPTIONAL,
  ),
);

const { token: _, ...SHOWN } = CHANGEABLE;
const TARGET = named(
  'ProvisioningTarget',
  output(
    {
      ...identified('Begins with ptg_.'),
      ...SHOWN,
      state: oneOf('paused: the server sends nothing, and changes wait.', ['active', 'paused']),
      waiting: integer('Number of agents and accounts that wait to be pushed.'),
      backlog: integer('Number of audit events that were not looked at for the target yet.'),
      comparing: flag('Whether all agents are being looked at, as after the creation or a change of the target.'),
      pushed: integer('Number of changes that the target acknowledged.'),
      last_success_at: seconds('When the target last acknowledged one.'),
      failing_since: seconds('Since when all attempts have failed.'),
      last_failure: ref(TARGET_FAILURE),
      last_failure_at: seconds('When the last attempt failed.'),
      due_at: seconds('Time of the next attempt.'),
      node: string('The node that pushes.'),
      ...RECORD,
    },
    ['last_success_at', 'failing_since', 'last_failure', 'last_failure_at', 'due_at', 'node'],
  ),
);
const TARGET_PAGE = page(TARGET);
const TEST = named(
  'ProvisioningTest',
  output({ answered: flag('Whether the target answered.'), failure: ref(TARGET_FAILURE) }, ['failure']),
);
const REFUSED = named(
  'RefusedObjects',
  output({ items: arrayOf(ref(REFUSED_OBJECT), 'At most 100. Each is tried again after its next change.') }),
);
const RECONCILIATION = named(
  'Reconciliation',
  output({
    missing: arrayOf(string(), 'Agents and accounts that the target does not have.'),
    surplus: arrayOf(string(), 'Those that it has, and shall not.'),
    different: arrayOf(
      ref(
        named(
          'ReconciledDifference',
          output({
            object: string('Id of the agent or account.'),
            attributes: arrayOf(string(), 'Names of the SCIM attributes that differ.'),
          }),
        ),
      ),
    ),
    doubled: arrayOf(
      string(),
      'Agents of which the target has several resources. Delete those that are too many there.',
    ),
    same: integer('Number of agents and accounts that are the same.'),
    foreign: integer('Number of agents of the target that are not from this server.'),
    complete: flag(
      'Whether all was compared, and all differences are listed: at most 500 of each kind, within 20 seconds.',
    ),
    repeated: integer('Number of agents and accounts that are pushed again, with `apply`.'),
  }),
);
const RECONCILE = named(
  'Reconcile',
  input({ apply: flag('Push what is missing, surplus or different. Default: false, which changes nothing.') }),
);

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

import type { AgentPageModel, StopReason } from '../../../views/pages/console-agent.ts';
import type { InstanceModel } from '../../../views/pages/console-agent-facts.ts';
import type { WaitingAgent } from '../../../views/pages/console-model.ts';
import type { AgentRow } from '../../../views/partials/agent-rows.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { effectiveAgent, type Stop } from '../../domain/clients/agents/effective-agent.ts';
import type { Blueprint } from '../../domain/clients/blueprints/blueprint.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import type { Cursor, Versioned } from '../../domain/ports/document-store.ts';
import { accountSignalRows } from './account-signals.ts';
import { type Standing, seenAgent, standingOf } from './agent-standing.ts';
import { compositionModels } from './composition-model.ts';
import type { ConsoleCalls } from './console-calls.ts';
import {
  agentHref,
  agentRow,
  blueprintHref,
  type ConsoleDeps,
  groupHref,
  type Names,
  partyNames,
  personHref,
  waitingAgent,
} from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { credentialLinks, credentialModels } from './credential-models.ts';
import { treesOfAgent } from './delegation-tree.ts';
import { effectModel } from './effect-model.ts';
import { rightsFromPeopleOf } from './narrowing-links.ts';
import { linksAbout } from './object-links.ts';
import { timelineModel } from './timeline.ts';

/** For other pages about one agent than its own page. */
export const rowOf = async (deps: ConsoleDeps, agent: Agent): Promise<AgentRow> => {
  const [now, names, uses] = await Promise.all([
    deps.agents.get(agent.id),
    partyNames(deps, [agent.owner]),
    deps.registered.lastUses([agent.id]),
  ]);
  return agentRow(deps, agent, { now: now?.document, names, lastUsedAt: uses.get(agent.id) });
};

export const agentModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  frame: ConsoleFrame,
  { id, before }: { readonly id: string; readonly before: Cursor | undefined },
): Promise<AgentPageModel> => {
  const found = await seenAgent(deps, calls, viewer, id);
  const { document: agent, version } = found;
  const standing = await standingOf(deps, calls, viewer, agent);
  const asked = agent.succession?.asked ?? [];
  const names = await partyNames(deps, [agent.owner, agent.sponsor, agent.transferTo, ...asked]);
  const blueprint = agent.blueprint === undefined ? undefined : (await deps.blueprints.get(agent.blueprint))?.document;
  const owner = (await deps.accounts.get(agent.owner))?.document;
  const made = [agent.provider, agent.providerVersion].filter((text) => text !== undefined).join(' ');
  return {
    ...frame,
    agent: await rowOf(deps, agent),
    ...(owner && standing.looksInside ? { ownerUsername: owner.username } : {}),
    ...ownerHrefOf(deps, frame, agent),
    ...(owner?.email !== undefined && frame.sees.includes('people') ? { ownerEmail: owner.email } : {}),
    ownerSignals: isGroupId(agent.owner) ? [] : await ownerSignals(deps, calls, viewer, agent.owner),
    ...(agent.sponsor === undefined ? {} : { sponsorName: names(agent.sponsor) }),
    uses: agent.uses ?? [],
    ...(made === '' ? {} : { provider: made }),
    ...(agent.contact === undefined ? {} : { contact: agent.contact }),
    ...blueprintFacts(deps, frame, agent, blueprint),
    ...compositionModels(deps, agent, standing.changes),
    redirectUris: agent.redirectUris,
    createdAt: agent.createdAt,
    ...(agent.acceptedAt === undefined ? {} : { acceptedAt: agent.acceptedAt }),
    ...(agent.expiresAt === undefined ? {} : { expiresAt: agent.expiresAt }),
    ...(agent.transferTo === undefined ? {} : { offeredTo: names(agent.transferTo) }),
    ...successionFacts(agent, names),
    stops: await stopsOf(deps, agent, blueprint),
    restrictions: restrictionsOf(deps, frame, agent),
    ...waiting(deps, found, standing, names),
    ...(standing.changes
      ? {
          actions: {
            ...actionsOf(deps, agent, version, standing),
            ...verification(deps, calls, viewer, agent),
            ...agentLinks(deps, calls, viewer, agent),
          },
        }
      : {}),
    effect: await effectModel(deps, agent, blueprint),
    credentials: credentialModels(deps, agent, blueprint, await deps.credentialUses.lastUses(agent.id), standing),
    credentialLinks: credentialLinks(deps, calls, viewer, agent, standing),
    ...(standing.looksInside
      ? {
          fromPeople: await rightsFromPeopleOf({ deps, calls }, { viewer, frame }, agent.id, standing.changes),
          delegationTrees: await treesOfAgent({ deps, calls, viewer, frame }, agent.id),
          instances: await instanceModels(deps, calls, viewer, agent.id, standing.changes),
          ...(await timelineModel(deps, agent.id, before, calls.may('listAuditEvents', viewer.account))),
          ...(frame.sees.includes('auditLog')
            ? { auditLogHref: `${deps.basePath}/console/audit?agent=${agent.id}` }
            : {}),
        }
      : { timelinePages: {} }),
  };
};

/** Until when the proposed successor can accept it, and who was asked before. */
const successionFacts = (
  { transferTo, transferBy, succession }: Agent,
  names: Names,
): Pick<AgentPageModel, 'offeredUntil' | 'askedBefore' | 'isWithoutSuccessor'> => ({
  ...(transferTo === undefined || transferBy === undefined ? {} : { offeredUntil: transferBy }),
  ...(succession
    ? {
        askedBefore: succession.asked.filter((one) => one !== transferTo).map(names),
        isWithoutSuccessor: transferTo === undefined && succession.isExhausted === true,
      }
    : {}),
});

const waiting = (
  deps: ConsoleDeps,
  found: Versioned<Agent>,
  { asked }: Standing,
  names: Names,
): { readonly waiting?: WaitingAgent } =>
  asked === undefined ? {} : { waiting: waitingAgent(deps, found, { asked, names }) };

/** None of an owner that no longer exists. */
const ownerSignals = async (deps: ConsoleDeps, calls: ConsoleCalls, viewer: Viewer, owner: string) =>
  (await deps.accounts.get(owner)) ? accountSignalRows(deps, calls, viewer, owner) : [];

/** The page of the owning account or group, if the viewer may open it. */
const ownerHrefOf = (deps: ConsoleDeps, { sees }: ConsoleFrame, { owner }: Agent): { readonly ownerHref?: string } => {
  if (isGroupId(owner)) return { ownerHref: groupHref(deps, owner) };
  return sees.includes('people') ? { ownerHref: personHref(deps, owner) } : {};
};

const blueprintFacts = (
  deps: ConsoleDeps,
  { sees }: ConsoleFrame,
  { blueprint: id }: Agent,
  blueprint: Blueprint | undefined,
): Pick<AgentPageModel, 'blueprint'> =>
  id === undefined
    ? {}
    : {
        blueprint: {
          id,
          name: blueprint?.name ?? id,
          version: blueprint?.version ?? 0,
          ...(sees.includes('blueprints') ? { href: blueprintHref(deps, id) } : {}),
        },
      };

const restrictionsOf = (
  { clock, basePath }: ConsoleDeps,
  { sees }: ConsoleFrame,
  { state, restrictions = [] }: Agent,
): AgentPageModel['restrictions'] =>
  restrictions.flatMap(({ act, until, response }) =>
    state === 'retired' || until <= clock.now()
      ? []
      : [{ act, until, ...(sees.includes('responses') ? { href: `${basePath}/console/responses/${response}` } : {}) }],
  );

/** All reasons why the agent is blocked; empty for an active agent. */
const stopsOf = async (
  { agents, owners, clock }: ConsoleDeps,
  agent: Agent,
  blueprint: Blueprint | undefined,
): Promise<readonly StopReason[]> => {
  if (agent.state === 'suspended' && agent.securitySuspension) return ['suspended_for_security'];
  if (agent.state !== 'active') return [agent.state];
  const { stops } = effectiveAgent(agent, blueprint);
  const found: (StopReason & (Stop | StopReason))[] = [...stops];
  if (!(await owners.answerFor(agent))) found.push('owner_gone');
  if (agent.expiresAt !== undefined && agent.expiresAt <= clock.now()) found.push('expired');
  const isStopped = (await agents.get(agent.id))?.document.state !== 'active';
  return found.length === 0 && isStopped ? ['emergency'] : found;
};

const actionsOf = (
  deps: ConsoleDeps,
  { id, state, transferTo, owner }: Agent,
  version: number,
  { resumes }: Standing,
) => {
  if (state === 'retired') return {};
  const href = agentHref(deps, id);
  return {
    ...(state === 'active' ? { suspend: `${href}/suspend` } : {}),
    ...(state === 'suspended' && resumes ? { resume: `${href}/resume` } : {}),
    handOver: `${href}/hand-over`,
    ...(transferTo !== undefined && transferTo !== owner ? { withdraw: { action: `${href}/withdraw`, version } } : {}),
    retire: `${href}/retire`,
    edit: `${href}/edit`,
  };
};

/** The button that verifies the name, or takes that back. */
const verification = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  { id, state, verifiedAt }: Agent,
): { readonly verify?: string; readonly unverify?: string } => {
  if (state === 'retired' || !calls.may('verifyAgent', account)) return {};
  const href = agentHref(deps, id);
  return verifiedAt === undefined ? { verify: `${href}/verify` } : { unverify: `${href}/unverify` };
};

const agentLinks = (deps: ConsoleDeps, calls: ConsoleCalls, { account }: Viewer, { id, state }: Agent) =>
  state === 'retired'
    ? {}
    : { links: linksAbout(deps, calls, account, agentHref(deps, id), [{ budgetsOf: id }, { kill: 'agent', id }]) };

/** Instances on the page of an agent. The API has all of them. */
const MOST_INSTANCES = 20;

const instanceModels = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  agent: string,
  mayEnd: boolean,
): Promise<readonly InstanceModel[]> => {
  const { body } = await calls.run('listInstances', account, by, { id: agent, query: { limit: MOST_INSTANCES } });
  const items = body?.items ?? [];
  return items.map(({ last_used_at: lastUsedAt, expires_at: expiresAt, id, name, state }) => ({
    id,
    ...(name === undefined ? {} : { name }),
    state,
    lastUsedAt,
    expiresAt,
    ...(mayEnd && (state === 'active' || state === 'over_limit')
      ? { endAction: `${agentHref(deps, agent)}/instances/${id}/end` }
      : {}),
  }));
};

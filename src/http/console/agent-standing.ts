/** The relation of a signed-in console user to one agent: whether they see it, change it, accept it, or give it credentials. */
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { credentialRights } from '../../domain/clients/agents/credential-rights.ts';
import { liftOfSecurity } from '../../domain/clients/clients/security-suspension.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type ConsoleCalls, nothingThere } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** The viewer's relation to an agent that they see. Each action checks its own permission when it runs. */
export type Standing = {
  /** Owns the agent, or sees all agents by role. */
  readonly looksInside: boolean;
  readonly changes: boolean;
  /** May resume it once it is suspended: after a suspension for security, its owner may not. */
  readonly resumes: boolean;
  /** Owns it or is an administrator; the agent has an owner (credential-rights.ts). */
  readonly givesCredentials: boolean;
  /** Account or group for which the viewer can accept it. */
  readonly asked: string | undefined;
};

/**
 * The registered agent, if the viewer sees it. Else throws 'not_found', with one text for a missing agent and another
 * owner's.
 */
export const seenAgent = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  id: string,
): Promise<Versioned<Agent>> => {
  if (!(await calls.isThere(calls.run('getAgent', account, by, { id })))) throw nothingThere();
  const found = await deps.registered.get(id);
  if (!found) throw nothingThere();
  return found;
};

/** Like `seenAgent`, for pages that change the agent. A viewer who may only see it gets 'not_found'. */
export const changeableAgent = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  id: string,
): Promise<Versioned<Agent>> => {
  const found = await seenAgent(deps, calls, viewer, id);
  if (!(await standingOf(deps, calls, viewer, found.document)).changes) throw nothingThere();
  return found;
};

/** Like `changeableAgent`, for the page of a new credential. Throws 'forbidden' and 'conflict' as adding a credential does. */
export const agentToGiveCredentials = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  id: string,
): Promise<Versioned<Agent>> => {
  const found = await changeableAgent(deps, calls, viewer, id);
  const { account, by } = viewer;
  const isAdministrator = account.roles.includes('administrator') ? { isAdministrator: true as const } : {};
  await credentialRights(deps.owners)(found.document, { ...by, account: account.id, ...isAdministrator });
  return found;
};

export const standingOf = async (
  { owners }: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  agent: Agent,
): Promise<Standing> => {
  const { owner, state, transferTo } = agent;
  const isOwn = await owners.answersFor(owner, account.id);
  const isOffered = transferTo !== undefined && (await owners.answersFor(transferTo, account.id));
  const isOpen = isOwn && (state === 'pending' || state === 'orphaned');
  const isByRole = calls.access('resumeAgent', account) === 'all';
  return {
    looksInside: isOwn || calls.access('getAgent', account) === 'all',
    changes: isOwn || calls.access('suspendAgent', account) === 'all',
    resumes: (isOwn || isByRole) && (await liftOfSecurity(owners)(agent, { caller: account.id, isByRole })),
    givesCredentials: (isOwn || account.roles.includes('administrator')) && state !== 'orphaned',
    asked: state === 'retired' ? undefined : isOffered ? transferTo : isOpen ? owner : undefined,
  };
};

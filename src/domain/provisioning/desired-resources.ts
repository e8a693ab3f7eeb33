/** What a target shall have: which agents, and the SCIM resources of agents and owners as they are now. */
import { createHash } from 'node:crypto';
import type { Agent } from '../clients/agents/agent.ts';
import type { Account } from '../identity/accounts/account.ts';
import { AGENT_SCHEMA, USER_SCHEMA } from '../identity/scim/attributes.ts';
import type { Values } from '../identity/scim/values.ts';
import type { ProvisioningTarget } from './provisioning-target.ts';

/** Whether an administrator chose the agent for this target. */
const isChosen = ({ agents }: ProvisioningTarget, { id, owner }: Pick<Agent, 'id' | 'owner'>): boolean =>
  agents.includes('*') || agents.includes(id) || agents.includes(owner);

/** An agent that is there: chosen, and accepted by an owner at some time. */
export const isDesired = (target: ProvisioningTarget, agent: Agent): boolean =>
  agent.state !== 'retired' && agent.state !== 'pending' && isChosen(target, agent);

const TAIL_CHARACTERS = 8;

/** Unique and readable: the name in plain letters, and the beginning of the random part of the id. */
const uniqueNameOf = ({ id, name }: Pick<Agent, 'id' | 'name'>): string => {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  const [, random = id] = id.split('_');
  return `${plain === '' ? 'agent' : plain}-${random.slice(0, TAIL_CHARACTERS)}`;
};

/** `owners`: ids of their resources at the target. */
export const agentResource = ({ agentName }: ProvisioningTarget, agent: Agent, owners: readonly string[]): Values => ({
  schemas: [AGENT_SCHEMA],
  externalId: agent.id,
  [agentName]: uniqueNameOf(agent),
  displayName: agent.name,
  description: agent.purpose,
  active: agent.state === 'active',
  owners: owners.map((value) => ({ value })),
});

/** `userName` of an account at the target. Undefined: the account has no address, and the target takes addresses. */
export const userNameAt = (
  { userName }: ProvisioningTarget,
  { username, email }: Pick<Account, 'username' | 'email'>,
): string | undefined => (userName === 'email' ? email : username);

/** The address is sent only where it is the `userName`. */
export const userResource = (target: ProvisioningTarget, account: Account): Values | undefined => {
  const userName = userNameAt(target, account);
  if (userName === undefined) return undefined;
  return {
    schemas: [USER_SCHEMA],
    externalId: account.id,
    userName,
    displayName: account.name,
    active: account.state === 'active',
    ...(target.userName === 'email' ? { emails: [{ value: userName, primary: true }] } : {}),
  };
};

/** Only its digest is stored, so that nothing of it stays when it is erased elsewhere. */
export const digestOf = (values: Values): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 22);

/** Which attribute of a SCIM Agent is which member of an agent, and which of them a directory may change. */
import type { Account } from '../../identity/accounts/account.ts';
import { foldedName } from '../../identity/accounts/username.ts';
import { directoryRefusal } from '../../identity/directories/directory-refusals.ts';
import type { Filter } from '../../identity/scim/filter.ts';
import { scimRefusal } from '../../identity/scim/scim-refusals.ts';
import { isObject, type Values } from '../../identity/scim/values.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import { readsAsId } from '../../platform/display-names/id-form.ts';
import type { Agent } from '../agents/agent.ts';
import type { DirectoryAgentRecord } from './directory-agent.ts';

/** An agent with its owner and what the directory says about it. */
export type AgentOfDirectory = {
  readonly agent: Agent;
  readonly owner: Pick<Account, 'id' | 'name'>;
  readonly record?: DirectoryAgentRecord | undefined;
};

/** `active`: neither suspended nor without an owner. An agent that waits for its owner is not blocked. */
const isUnblocked = ({ state, wasSuspended }: Agent): boolean =>
  state === 'active' || (state === 'pending' && wasSuspended === undefined);

/** The attributes of the agent, as they are now. */
export const agentValues = ({ agent, owner, record }: AgentOfDirectory): Values => ({
  ...(record?.externalId === undefined ? {} : { externalId: record.externalId }),
  agentUserName: record?.userName ?? agent.id,
  displayName: agent.name,
  description: agent.purpose,
  active: isUnblocked(agent),
  owners: [{ value: owner.id, display: owner.name }],
});

const textIn = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** The account that `owners` names. Undefined: it names none, or several. */
export const ownerIn = ({ owners }: Values): string | undefined => {
  const all = Array.isArray(owners) ? owners.filter(isObject) : [];
  const [{ value = undefined } = {}] = all;
  return all.length === 1 && typeof value === 'string' ? value : undefined;
};

/** What the directory says about itself. Throws 'invalid_field'. */
export const keptOf = (values: Values): Pick<DirectoryAgentRecord, 'externalId' | 'userName' | 'foldedUserName'> => {
  const { externalId } = values;
  const userName = textIn(values['agentUserName']);
  if (userName === '') throw scimRefusal('scim_attribute_missing', { params: { name: 'agentUserName' } });
  checkText(userName, '/agentUserName', 200);
  if (typeof externalId === 'string') checkText(externalId, '/externalId', 512);
  return {
    ...(typeof externalId === 'string' ? { externalId } : {}),
    ...{ userName, foldedUserName: foldedName(userName) },
  };
};

/** A name that a directory chooses is never one that the server gives. Throws 'invalid_field'. */
export const checkUserName = (values: Values): void => {
  const name = textIn(values['agentUserName']);
  if (readsAsId(name)) throw directoryRefusal('directory_agent_fixed', { params: { name: 'agentUserName' } });
};

/** displayName, else agentUserName. */
export const agentNameOf = (values: Values): string => textIn(values['displayName']) || textIn(values['agentUserName']);

/** description, else a sentence that names the directory. */
export const purposeOf = (values: Values, directory: string): string =>
  textIn(values['description']) || `Agent of the directory ${directory}`;

/**
 * The values that a change results in: what it leaves out stays, apart from externalId. Throws 'invalid_field' for another
 * owner, and for another name or purpose of an agent that the directory did not create.
 */
export const changedValues = (before: Values, given: Values, isOwn: boolean): Values => {
  const { externalId, owners, ...said } = given;
  const { externalId: _, ...kept } = before;
  const next: Values = { ...kept, ...said, ...(externalId === undefined ? {} : { externalId }) };
  if (owners !== undefined && ownerIn(given) !== ownerIn(before)) fixed('owners');
  if (!isOwn) {
    for (const name of ['agentUserName', 'displayName', 'description']) {
      if (textIn(next[name]) !== textIn(before[name])) fixed(name);
    }
  }
  return next;
};

const fixed = (name: string): never => {
  throw directoryRefusal('directory_agent_fixed', { params: { name } });
};

/** The account in a filter that is only `owners eq "…"`, `owners.value eq "…"` or `owners[value eq "…"]`. */
export const ownerInFilter = (filter: Filter): string | undefined => {
  if (filter.kind === 'any' && filter.path.attribute.name === 'owners') return idIn(filter.of, 'value');
  return idIn(filter, 'owners');
};

const idIn = (filter: Filter, name: string): string | undefined => {
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined;
  const { attribute, sub } = filter.path;
  return attribute.name === name && (sub === undefined || sub.name === 'value') ? filter.value : undefined;
};

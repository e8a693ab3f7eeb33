import type { AuditLog } from '../../audit/audit-event.ts';
import type { AccountReader } from '../../identity/accounts/account-reader.ts';
import type { DeactivationBrake } from '../../identity/directories/deactivation-brake.ts';
import type { Directory, Versions } from '../../identity/directories/directory.ts';
import { recordDirectoryEvent } from '../../identity/directories/directory-event.ts';
import { directoryMembers } from '../../identity/directories/directory-members.ts';
import { directoryRefusal } from '../../identity/directories/directory-refusals.ts';
import { changedNames } from '../../identity/directories/user-mapping.ts';
import { type Filter, fits } from '../../identity/scim/filter.ts';
import { isoTime, type Values } from '../../identity/scim/values.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { countDocuments, type DocumentStore, tryInsert } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { Agent } from '../agents/agent.ts';
import type { AgentRegistry } from '../agents/agent-registry.ts';
import type { BlueprintRegistry } from '../blueprints/blueprint-registry.ts';
import { agentReads, type FoundAgent } from './agent-reads.ts';
import { agentNameOf, agentValues, changedValues, checkUserName, keptOf, ownerIn, purposeOf } from './agent-values.ts';
import { DIRECTORY_AGENTS, type DirectoryAgentRecord } from './directory-agent.ts';

/** Most agents that one directory creates. */
const MOST_CREATED = 10_000;
/** Attempts of a change while others change the agent. */
const MOST_ATTEMPTS = 5;

/** An agent as a directory sees it. `values` has the attributes that it can write. */
export type DirectoryAgent = {
  readonly id: string;
  readonly values: Values;
  /** Changes with each change of the agent, and of what the directory says about it. */
  readonly version: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** Makes the attributes from the present ones. */
export type AgentValuesChange = { readonly versions: Versions; readonly change: (values: Values) => Values };

/**
 * The agents of one directory. A directory sees an agent whose owner is a user that it provisioned or was given. It suspends
 * the agent and resumes what it suspended itself, creates agents of one blueprint if an administrator named one, and
 * renames and deletes only those. Each suspension counts for its brake.
 */
export interface DirectoryAgents {
  /** Undefined: the directory has no such agent. */
  get(directory: Directory, id: string): Promise<DirectoryAgent | undefined>;
  /** The agents that fit a filter, oldest first. Throws 'invalid_field' when a list would read more than 10,000. */
  find(directory: Directory, filter: Filter | undefined): Promise<readonly DirectoryAgent[]>;
  /**
   * Creates an agent of the blueprint of the directory, without credentials. It is pending until its owner accepts it. Throws
   * 'forbidden' without a blueprint, 'invalid_field', and 'conflict' when another agent has the agentUserName.
   */
  create(directory: Directory, values: Values, by: By): Promise<DirectoryAgent>;
  /**
   * Changes an agent. When this resolves, a suspended one no longer works. Throws 'not_found', 'invalid_field', 'conflict',
   * 'precondition_failed' for another version, 'forbidden' for an agent that others blocked, and 'unavailable' while
   * deactivations are paused. Then nothing has changed.
   */
  change(directory: Directory, id: string, change: AgentValuesChange, by: By): Promise<DirectoryAgent>;
  /** Retires an agent that the directory created. Throws as `change` does, and 'forbidden' for another agent. */
  remove(directory: Directory, id: string, versions: Versions, by: By): Promise<void>;
}

export const directoryAgents = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly accounts: Pick<AccountReader, 'get' | 'getVersions' | 'findByUsername'>;
  readonly agents: Pick<AgentRegistry, 'get' | 'list' | 'create' | 'update' | 'suspend' | 'resume' | 'retire'>;
  readonly blueprints: Pick<BlueprintRegistry, 'get'>;
  readonly brake: Pick<DeactivationBrake, 'count'>;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): DirectoryAgents => {
  const { documents, clock, identifiers, audit, agents, blueprints, brake } = deps;
  const records = documents.collection<DirectoryAgentRecord>(DIRECTORY_AGENTS);
  const reads = agentReads(deps);
  const members = directoryMembers(deps);

  const existing = async (directory: Directory, id: string, versions?: Versions): Promise<FoundAgent> => {
    const found = await reads.get(directory, id);
    if (!found) throw directoryRefusal('directory_agent_not_found');
    if (versions && !versions.includes(shown(found).version)) throw directoryRefusal('directory_agent_changed');
    return found;
  };

  const exclusively = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    withMutex({ documents, clock }, `directory agents ${name}`, work);

  /** Its owner may have changed since it was read, to one that the directory does not have. */
  const stillSeen =
    (directory: Directory) =>
    async ({ owner }: Agent): Promise<void> => {
      if (!(await members.pairOf(directory, owner))) throw directoryRefusal('directory_agent_not_found');
    };

  const mayResume = (directory: Directory, { suspendedByDirectory }: Agent): void => {
    if (suspendedByDirectory !== directory.id) throw directoryRefusal('directory_agent_suspended_here');
  };

  /** Throws 'conflict' unless no other living agent of the directory has the name. Removes what a crash left. */
  const checkFree = async (directory: Directory, foldedUserName: string, own?: string): Promise<void> => {
    const found = await records.find({ where: { directory: directory.id, foldedUserName }, limit: 10 });
    for (const { document } of found) {
      if (document.id === own) continue;
      const agent = (await agents.get(document.id))?.document;
      if (agent && agent.state !== 'retired') throw directoryRefusal('directory_agent_taken');
      await records.take(document.id);
    }
  };

  const environmentOf = async (blueprint: string): Promise<Environment> => {
    const { environments } = (await blueprints.get(blueprint))?.document.ceilings ?? {};
    return environments?.includes('production') === false ? (environments[0] ?? 'production') : 'production';
  };

  const record = (directory: Directory, agent: string, changed: readonly string[], by: By) =>
    recordDirectoryEvent(audit, { type: 'directory.agent_written', changed, inputs: { agent } }, directory.id, by);

  const setState = async (directory: Directory, id: string, isMeant: boolean, by: By): Promise<void> => {
    const check = stillSeen(directory);
    if (!isMeant) await agents.suspend(id, by, { directory: directory.id, check });
    else {
      await agents.resume(id, by, async (agent) => {
        await check(agent);
        mayResume(directory, agent);
      });
    }
  };

  const keep = async (directory: Directory, { agent, record: kept, recordVersion }: FoundAgent, next: Values) => {
    const { externalId, userName, foldedUserName } = keptOf(next);
    const now = clock.now();
    const said = externalId === undefined ? {} : { externalId };
    const named = kept?.isOwn ? { isOwn: true as const, userName, foldedUserName } : {};
    const document = { id: agent.id, directory: directory.id, ...said, ...named, createdAt: kept?.createdAt ?? now };
    const written = { ...document, updatedAt: now } as DirectoryAgentRecord;
    if (kept) return records.replace(written, recordVersion);
    // What another directory said about it, before the agent had this owner.
    const other = await records.get(agent.id);
    return other ? records.replace(written, other.version) : tryInsert(records, written);
  };

  /** Undefined: others changed the agent at the same time. */
  const changeOnce = async (
    directory: Directory,
    id: string,
    { versions, change }: AgentValuesChange,
    by: By,
  ): Promise<DirectoryAgent | undefined> => {
    const found = await existing(directory, id, versions);
    const before = agentValues(found);
    const isOwn = found.record?.isOwn === true;
    const next = changedValues(before, change(before), isOwn);
    const changed = changedNames(before, next);
    if (changed.length === 0) return shown(found);
    const isToggled = changed.includes('active');
    if (isToggled && next['active'] === true) mayResume(directory, found.agent);
    if (changed.includes('agentUserName')) {
      checkUserName(next);
      await checkFree(directory, keptOf(next).foldedUserName ?? '', id);
    }
    if (isToggled && next['active'] === false) await brake.count(directory, id, by);
    await record(directory, id, changed, by);
    const [name, purpose] = [agentNameOf(next), purposeOf(next, directory.name)];
    if (name !== found.agent.name || purpose !== found.agent.purpose) {
      await agents.update(id, found.agentVersion, { name, purpose }, by);
    }
    if (isToggled) await setState(directory, id, next['active'] === true, by);
    const isSaid = changed.includes('externalId') || changed.includes('agentUserName');
    if (isSaid && !(await keep(directory, found, next))) return undefined;
    return shown(await existing(directory, id));
  };

  const isOvertaken = (error: unknown, versions: Versions): boolean =>
    isDomainError(error) && error.code === 'precondition_failed' && error.reason === 'object_changed' && !versions;

  return {
    async get(directory, id) {
      const found = await reads.get(directory, id);
      return found && shown(found);
    },

    async find(directory, filter) {
      const found = (await reads.candidates(directory, filter)).map(shown);
      return filter ? found.filter((agent) => fits(filterable(agent), filter)) : found;
    },

    async create(directory, values, by) {
      const { agentBlueprint: blueprint } = directory;
      if (blueprint === undefined) throw directoryRefusal('directory_agents_not_allowed');
      checkUserName(values);
      const kept = keptOf(values);
      const owner = ownerIn(values);
      const pair = owner === undefined ? undefined : await members.pairOf(directory, owner);
      if (owner === undefined || pair?.account.document.state !== 'active') {
        throw directoryRefusal('directory_agent_owner_wrong');
      }
      const input = {
        ...{ name: agentNameOf(values), owner, blueprint, purpose: purposeOf(values, directory.name) },
        environment: await environmentOf(blueprint),
      };
      return exclusively(directory.id, async () => {
        await checkFree(directory, kept.foldedUserName ?? '');
        const count = await countDocuments(records, { where: { directory: directory.id, isOwn: true } });
        if (count >= MOST_CREATED)
          throw directoryRefusal('directory_agents_exceeded', { params: { most: MOST_CREATED } });
        const id = identifiers.newId('agt');
        const now = clock.now();
        await record(directory, id, Object.keys(values).sort(), by);
        // Before the agent: after a crash in between, the next creation with this name removes it.
        const document = { id, directory: directory.id, isOwn: true, ...kept, createdAt: now, updatedAt: now } as const;
        await records.insert(document);
        const isSuspended = values['active'] === false;
        try {
          const suspendedBy = isSuspended ? { suspendedByDirectory: directory.id } : {};
          await agents.create(input, by, id, { isKeyless: true, ...suspendedBy });
        } catch (error) {
          if (isDomainError(error) && !(await agents.get(id))) await records.take(id);
          throw error;
        }
        return shown(await existing(directory, id));
      });
    },

    change: (directory, id, change, by) =>
      exclusively(directory.id, async () => {
        for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
          try {
            const done = await changeOnce(directory, id, change, by);
            if (done) return done;
          } catch (error) {
            if (!isOvertaken(error, change.versions)) throw error;
          }
        }
        throw directoryRefusal('directory_agent_changed');
      }),

    remove: (directory, id, versions, by) =>
      exclusively(directory.id, async () => {
        const found = await existing(directory, id, versions);
        if (!found.record?.isOwn) throw directoryRefusal('directory_agent_not_own');
        if (agentValues(found)['active'] === true) await brake.count(directory, id, by);
        const event = { type: 'directory.agent_deleted', inputs: { agent: id } } as const;
        await recordDirectoryEvent(audit, event, directory.id, by);
        await agents.retire(id, by);
        await records.take(id);
      }),
  };
};

const shown = (found: FoundAgent): DirectoryAgent => {
  const { agent, agentVersion, record, recordVersion } = found;
  return {
    id: agent.id,
    values: agentValues(found),
    version: `${agentVersion}.${recordVersion}`,
    createdAt: agent.createdAt,
    updatedAt: Math.max(agent.updatedAt, record?.updatedAt ?? 0),
  };
};

/** With the attributes that only the server sets. */
const filterable = ({ id, values, createdAt, updatedAt }: DirectoryAgent): Values => ({
  ...values,
  id,
  meta: { resourceType: 'Agent', created: isoTime(createdAt), lastModified: isoTime(updatedAt) },
});

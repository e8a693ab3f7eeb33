/**
 * The agents of a directory: SCIM's view of agents whose owner is a user of the directory. Owns what a directory says about
 * an agent, and what it may do to one (directory-agents.ts). Does not own agents: agent-registry.ts does.
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** What one directory says about one agent. Absent for an agent that it only reads and suspends. */
export type DirectoryAgentRecord = {
  /** Id of the agent. */
  readonly id: string;
  readonly directory: string;
  readonly externalId?: string;
  /** The directory created the agent. */
  readonly isOwn?: true;
  /** agentUserName of an agent that the directory created, and the form in which it is compared. */
  readonly userName?: string;
  readonly foldedUserName?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const DIRECTORY_AGENTS = {
  name: 'directory_agents',
  holds: 'what one directory says about one agent',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'the directory deletes the agent, or its creation failed' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['directory', 'foldedUserName'] },
    { fields: ['directory', 'externalId'] },
    { fields: ['directory', 'isOwn'] },
  ],
  members: ['directory', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

import { scopes } from '../../route.ts';

/** Scopes of agents, and of what belongs to an agent. */
export const AGENT_SCOPES = scopes('agents', {
  read: ['See registered agents', 'low'],
  write: ['Register, change, suspend and retire agents', 'high'],
});

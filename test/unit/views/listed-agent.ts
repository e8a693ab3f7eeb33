/** An agent as lists show it, for the pages on which one stands. */
import type { AgentRow } from '../../../views/partials/agent-rows.ts';

export const listedAgent = (home: string, text: (usual: string) => string): AgentRow => ({
  id: text('agt_7Vn2kQeX'),
  name: text('Travel planner'),
  ownerName: text('Alice Adams'),
  purpose: text('Plans'),
  environment: 'production',
  state: 'active',
  href: `${home}/agents/agt_1`,
  isStopped: false,
});

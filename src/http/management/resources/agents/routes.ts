/** The routes of agents. */
import { AGENT_STATES } from '../../../../domain/clients/agents/agent.ts';
import { AGENT_SORTS } from '../../../../domain/clients/agents/agent-lists.ts';
import { ENVIRONMENTS } from '../../../../domain/vocabulary/environment.ts';
import { ADMINISTRATORS, about, givenId, OWN, PAGE } from '../../route.ts';
import { flag, integer, oneOf, text } from '../../schema-parts.ts';
import {
  AGENT,
  AGENT_CHANGE,
  AGENT_PAGE,
  COMPOSITION_DECISION,
  COMPOSITION_LIST,
  DECLARED_COMPOSITION,
  EFFECTIVE_AGENT,
  NEW_AGENT,
} from './schemas.ts';
import { AGENT_SCOPES } from './scopes.ts';

const make = about('agents', AGENT_SCOPES);

export const AGENT_ROUTES = {
  createAgent: make.create('/agents', NEW_AGENT, AGENT, 'Register an agent', {
    policy: 'register',
    own: true,
    repeatable: 'may',
  }),
  createAgents: make.create(
    '/agents/bulk',
    NEW_AGENT,
    'ndjson',
    'Register up to 100,000 agents, one per line. The response has one line per agent, in order, and a last line with the totals',
    { policy: 'register', own: true, lines: true, repeatable: 'must', status: 200 },
  ),
  listAgents: make.read(
    '/agents',
    AGENT_PAGE,
    'List agents. A page may be shorter than requested and still have a next page',
    {
      own: true,
      query: {
        ...PAGE,
        owner: givenId('Only agents of this account or group: an id, a username or the name of a group.'),
        state: oneOf('Only agents in this state.', AGENT_STATES),
        environment: oneOf('Only agents in this environment.', ENVIRONMENTS),
        blueprint: givenId('Only agents under this blueprint.'),
        search: text('Only agents with all these words in name, provider or purpose; newest first.', 200),
        unused_since: integer('Only agents that got no token since then, longest unused first. Epoch seconds.', {
          minimum: 0,
          maximum: 99_999_999_999,
        }),
        with_secret: {
          ...flag('Only agents with a secret that has not expired: exceptions that should end.'),
          default: false,
        },
        awaiting: { ...flag('Only agents that the caller, or `owner`, has to accept.'), default: false },
        sort: { ...oneOf('Sort key.', AGENT_SORTS), default: 'created' },
        order: oneOf('Default: newest first, names from A, unused longest first.', ['ascending', 'descending']),
      },
    },
  ),
  getAgent: make.read('/agents/{id}', AGENT, 'Read an agent', OWN),
  getEffectiveAgent: make.read(
    '/agents/{id}/effective',
    EFFECTIVE_AGENT,
    'Read what is in effect for an agent under the active version of its blueprint',
    OWN,
  ),
  updateAgent: make.change('/agents/{id}', AGENT_CHANGE, AGENT, 'Change members of an agent', OWN),
  suspendAgent: make.act(
    '/agents/{id}/suspend',
    AGENT,
    'Suspend an agent. Its tokens and credentials stop working',
    OWN,
  ),
  resumeAgent: make.act(
    '/agents/{id}/resume',
    AGENT,
    'Resume a suspended agent. After a suspension for security, an operator who does not own it does',
    OWN,
  ),
  retireAgent: make.act('/agents/{id}/retire', AGENT, 'Retire an agent permanently', OWN),
  verifyAgent: make.act(
    '/agents/{id}/verify',
    AGENT,
    'Verify the name of an agent. Other agents cannot register a similar name',
    { roles: ADMINISTRATORS },
  ),
  unverifyAgent: make.act('/agents/{id}/unverify', AGENT, 'Remove the verification of a name', {
    roles: ADMINISTRATORS,
  }),
  acceptAgent: make.act(
    '/agents/{id}/acceptance',
    AGENT,
    'Accept ownership of an agent: a pending agent, your own orphaned agent, or an agent offered to you. With If-Match, only the version you read is accepted',
    { own: true, ifMatch: 'may' },
  ),
  declineAgent: make.act('/agents/{id}/refusal', AGENT, 'Decline ownership of an agent', OWN),
  declareComposition: make.create(
    '/agents/{id}/compositions',
    DECLARED_COMPOSITION,
    AGENT,
    'Declare the composition of an agent. Creates a new version unless it equals the last one',
    { own: true, status: 200 },
  ),
  approveComposition: make.create(
    '/agents/{id}/compositions/approval',
    COMPOSITION_DECISION,
    AGENT,
    'Approve the composition that waits. It becomes the composition of the agent, which is not resumed by it',
    { own: true, status: 200 },
  ),
  rejectComposition: make.create(
    '/agents/{id}/compositions/refusal',
    COMPOSITION_DECISION,
    AGENT,
    'Reject the composition that waits. The composition of the agent stays',
    { own: true, status: 200 },
  ),
  listCompositions: make.read(
    '/agents/{id}/compositions',
    COMPOSITION_LIST,
    'List the compositions of an agent, newest first',
    OWN,
  ),
};

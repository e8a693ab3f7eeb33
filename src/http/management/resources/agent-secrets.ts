import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import type { AllowedSecret, SecretExceptions } from '../../../domain/clients/agents/secret-exceptions.ts';
import type { Owners } from '../../../domain/identity/groups/owners.ts';
import { existing } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about } from '../route.ts';
import { named } from '../schema.ts';
import { input, integer, output, SECRET, seconds, secondsGiven, string, text } from '../schema-parts.ts';
import { AGENT_SCOPES } from './agents/scopes.ts';

const NEW_AGENT_SECRET = named(
  'NewAgentSecret',
  input(
    {
      reason: text('Why this agent needs a secret.', 500),
      expires_at: secondsGiven('When the secret expires: at most 90 days from now.'),
      name: text('Name to show.', 100),
    },
    ['reason', 'expires_at'],
  ),
);

const AGENT_SECRET_ROTATION = named(
  'AgentSecretRotation',
  input({
    overlap_seconds: integer('How long the old secret stays valid beside the new one.', {
      minimum: 0,
      maximum: 86_400,
      default: 0,
    }),
  }),
);

const AGENT_SECRET = named(
  'AgentSecret',
  output(
    {
      id: string('Id of the credential. Begins with crd_.'),
      agent: string(),
      reason: string(),
      name: string(),
      created_at: seconds('When it was created.'),
      expires_at: seconds('When it expires.'),
      ...SECRET,
    },
    ['name'],
  ),
);

const make = about('agents', AGENT_SCOPES);

const routes = {
  allowAgentSecret: make.create(
    '/agents/{id}/secret',
    NEW_AGENT_SECRET,
    AGENT_SECRET,
    'Allow an agent a secret as an exception, with a reason, for at most 90 days',
    // It acts as the agent until it ends. A session that was stolen must not read it.
    { freshFactor: 'accounts' },
  ),
  rotateAgentSecret: make.create(
    '/agents/{id}/rotate-secret',
    AGENT_SECRET_ROTATION,
    AGENT_SECRET,
    'Rotate the secret of an agent. Its expiry stays the same',
    { own: true, status: 200 },
  ),
};

type Dependencies = {
  readonly secrets: SecretExceptions;
  readonly agents: Pick<AgentRegistry, 'get'>;
  readonly owners: Pick<Owners, 'answersFor'>;
};

/** Secrets of agents: an operator allows one, and the owner of the agent rotates it. */
const handlers = ({ secrets, agents, owners }: Dependencies): Handlers<typeof routes> => ({
  async allowAgentSecret({ id, body, by }) {
    const { document } = existing(await agents.get(id));
    return shown(id, await secrets.allow(id, body, by, document));
  },

  async rotateAgentSecret({ id, body, by, access, caller }) {
    const { document } = existing(await agents.get(id));
    if (access !== 'all') existing((await owners.answersFor(document.owner, caller.id)) ? document : undefined);
    return shown(id, await secrets.rotate(id, body, by));
  },
});

const shown = (agent: string, { credential, secret }: AllowedSecret) => ({
  body: {
    id: credential.id,
    agent,
    reason: credential.reason,
    ...(credential.name === undefined ? {} : { name: credential.name }),
    created_at: credential.createdAt,
    expires_at: credential.expiresAt,
    client_secret: secret,
  },
});

export const agentSecrets = resource(routes, handlers);

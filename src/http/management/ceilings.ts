import type { Ceilings } from '../../domain/clients/blueprints/ceilings.ts';
import { AUTHENTICATION_METHODS, COMPOSITION_DRIFT_ACTIONS } from '../../domain/clients/blueprints/ceilings.ts';
import { GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { named, ref } from './schema.ts';
import { input, integer, list, oneOf, strings } from './schema-parts.ts';
import { SCOPES_BY_RESOURCE } from './shared-schemas.ts';
import { toWire } from './wire-names.ts';

const whole = (description: string) => integer(description, { minimum: 0 });

/** The upper limits of an agent. A ceiling that is left out sets no limit. */
export const CEILINGS = named('Ceilings', {
  ...input({
    grant_types: list('Grant types.', 10, oneOf('A grant type.', GRANT_TYPES)),
    authentication_methods: list('Authentication methods.', 10, oneOf('A method.', AUTHENTICATION_METHODS)),
    authority: { ...ref(SCOPES_BY_RESOURCE), description: 'Resources that the agent may access, and scopes there.' },
    detail_types: strings('Types of authorization details (RFC 9396).', 50, 200),
    max_access_token_seconds: whole('Maximum lifetime of an access token, 30 to 3600 seconds.'),
    max_grant_seconds: whole('Maximum time that a grant can be refreshed, 60 seconds to a year.'),
    max_delegation_seconds: whole('Maximum lifetime of a delegation, 60 seconds to a year.'),
    max_delegation_depth: whole('Maximum number of re-delegation hops, 0 to 10.'),
    environments: list('Environments.', 3, oneOf('An environment.', ENVIRONMENTS)),
    approvals: {
      ...ref(SCOPES_BY_RESOURCE),
      description: 'Scopes that need an approval for each use. Currently the server refuses them.',
    },
    compositions: strings('Compositions that may run, each as `sha256:` and 64 hexadecimal digits.', 200, 71),
    composition_drift: oneOf(
      'What follows when an agent runs with another composition than its own. `note` (default): the owner is notified, and the new composition is the agent’s. `approve`: requests with it are refused until the owner approves it. `suspend`: the agent is suspended.',
      COMPOSITION_DRIFT_ACTIONS,
    ),
    sender_constraint: oneOf('Tokens are bound to a key (RFC 9449).', ['dpop']),
    max_agents: whole('Maximum number of agents that are not retired, up to 10000.'),
    max_instances: whole('Maximum number of instances of one agent, up to 10000.'),
  }),
  description: 'Upper limits of an agent. A ceiling that is absent sets no limit.',
});

export const showCeilings = (ceilings: Ceilings) => toWire(ceilings);

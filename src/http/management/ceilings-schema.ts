import { AUTHENTICATION_METHODS } from '../../domain/clients/blueprints/ceilings.ts';
import { GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { input, type JsonSchema, list, oneOf, ref, strings } from './schema-parts.ts';

const whole = (description: string): JsonSchema => ({ type: 'integer', minimum: 0, description });

/** An agent's upper limits. A ceiling that is left out sets no limit. */
export const CEILINGS: JsonSchema = {
  ...input({
    grant_types: list('Grant types.', 10, oneOf('A grant type.', GRANT_TYPES)),
    authentication_methods: list('Ways to authenticate.', 10, oneOf('A way.', AUTHENTICATION_METHODS)),
    authority: { ...ref('ScopesByResource'), description: 'Resources within reach, and scopes there.' },
    detail_types: strings('Types of authorization details (RFC 9396).', 50, 200),
    max_access_token_seconds: whole('Longest life of an access token, 30 to 3600.'),
    max_grant_seconds: whole('Longest time one authorization can be refreshed, 60 seconds to a year.'),
    max_delegation_seconds: whole('Longest time a consent counts, 60 seconds to a year.'),
    max_delegation_depth: whole('Hops over which it may be handed on, 0 to 10.'),
    environments: list('Environments.', 3, oneOf('An environment.', ENVIRONMENTS)),
    approvals: { ...ref('ScopesByResource'), description: 'Scopes that need an approval each time; refused for now.' },
    compositions: strings('Compositions that may run, as `sha256:` and 64 hexadecimal digits.', 200, 71),
    sender_constraint: oneOf('Tokens are bound to a key (RFC 9449).', ['dpop']),
    max_agents: whole('Agents that are not retired, at most 10000.'),
    max_instances: whole('Instances of one agent, at most 10000.'),
  }),
  description: 'What an agent may have at most; whatever is absent is no limit.',
};

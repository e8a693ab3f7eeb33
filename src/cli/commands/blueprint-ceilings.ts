/** The options of `behalf blueprints` that set ceilings. */
import { readFileSync } from 'node:fs';
import { type Call, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { resourceScopes } from '../members.ts';

const LISTS = {
  'grant-type': ['grant_types', 'TYPE', 'OAuth grant type that agents may use.'],
  authentication: [
    'authentication_methods',
    'WAY',
    'Authentication method that agents may use: jwks, federated, mtls, …',
  ],
  environment: ['environments', 'NAME', 'Environment that agents may run in: development, test, production.'],
  composition: ['compositions', 'DIGEST', 'Composition that agents may have: sha256:…'],
} as const;

const NUMBERS = {
  'token-seconds': ['max_access_token_seconds', 'Maximum lifetime of an access token.'],
  'grant-seconds': ['max_grant_seconds', 'Maximum time that a grant can be refreshed.'],
  'delegation-seconds': ['max_delegation_seconds', 'Maximum lifetime of a delegation.'],
  'delegation-depth': ['max_delegation_depth', 'Maximum number of re-delegation hops.'],
  'max-agents': ['max_agents', 'Maximum number of agents under the blueprint.'],
  'max-instances': ['max_instances', 'Maximum number of instances of each agent.'],
} as const;

const RIGHTS = {
  allow: [
    'authority',
    "Rights that agents may get: 'RESOURCE SCOPE SCOPE', or 'RESOURCE *'. All others are out of reach.",
  ],
  'needs-approval': [
    'approvals',
    "Scopes that need an approval for each use: 'RESOURCE SCOPE SCOPE'. Currently the server refuses them.",
  ],
} as const;

export const CEILINGS: Readonly<Record<string, Option>> = {
  ceilings: {
    value: 'FILE',
    description: 'All ceilings as JSON, in the format of the API. The options below override its members.',
  },
  ...Object.fromEntries(
    Object.entries(LISTS).map(([name, [, value, description]]) => [name, { value, description, isRepeatable: true }]),
  ),
  ...Object.fromEntries(
    Object.entries(RIGHTS).map(([name, [, description]]) => [
      name,
      { value: 'GRANT', description, isRepeatable: true },
    ]),
  ),
  ...Object.fromEntries(Object.entries(NUMBERS).map(([name, [, description]]) => [name, { value: 'N', description }])),
  drift: {
    value: 'ACTION',
    description: 'When an agent runs with another composition than its own: note, approve or suspend.',
  },
  dpop: { description: 'Bind all tokens to a key (RFC 9449).' },
  unlimited: { value: 'MEMBER', description: 'Ceiling to remove, such as max_agents.', isRepeatable: true },
};

/** `before` with the changes of the options; undefined when no option is given. */
export const ceilingsOf = (call: Call, before: Json): Json | undefined => {
  const file = call.text('ceilings');
  const members: Record<string, unknown> = { ...(file === undefined ? before : readJson(file)) };
  for (const [name, [member]] of Object.entries(LISTS)) {
    const given = call.texts(name);
    if (given.length > 0) members[member] = given;
  }
  for (const [name, [member]] of Object.entries(RIGHTS)) {
    if (call.texts(name).length > 0) members[member] = resourceScopes(call, name);
  }
  for (const [name, [member]] of Object.entries(NUMBERS)) {
    const given = call.integer(name, 0, 99_999_999);
    if (given !== undefined) members[member] = given;
  }
  const drift = call.text('drift');
  if (drift !== undefined) members['composition_drift'] = drift;
  if (call.isSet('dpop')) members['sender_constraint'] = 'dpop';
  for (const member of call.texts('unlimited')) delete members[member];
  return file === undefined && JSON.stringify(members) === JSON.stringify(before) ? undefined : members;
};

const readJson = (file: string): Json => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Json;
  } catch (error) {
    throw usageError(`--ceilings ${file} cannot be read: ${(error as Error).message}.`, 'It is one JSON object.');
  }
};

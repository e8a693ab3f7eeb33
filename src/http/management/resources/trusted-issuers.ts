import type { WorkloadIdentity } from '../../../domain/clients/agents/workload-identity.ts';
import type { IssuerKeys } from '../../../domain/clients/workload-identity/issuer-keys.ts';
import type { TrustedIssuer } from '../../../domain/clients/workload-identity/trusted-issuer.ts';
import { ISSUER_TEMPLATES } from '../../../domain/clients/workload-identity/trusted-issuer.ts';
import type { TrustedIssuerRegistry } from '../../../domain/clients/workload-identity/trusted-issuer-registry.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { CLAIM_RULE, TEXT_RULE } from '../certificates.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, PAGE, READERS, SPEAKS_FOR_PEOPLE, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  input,
  integer,
  nullableAll,
  oneOf,
  output,
  page,
  pick,
  recordOf,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { ISSUER_KEYS, KEY_HEALTH } from '../shared-schemas.ts';
import { toWire } from '../wire-names.ts';

const ISSUER_KIND = {
  template: oneOf('Platform of the issuer. Cannot be changed.', ISSUER_TEMPLATES),
  issuer: text('`iss` of its tokens, compared exactly. Cannot be changed.', 512),
};

const ISSUER = {
  name: text('Name to show, one line.', 100),
  ...ISSUER_KEYS,
  audience: text('Audience of its tokens. Default: the issuer of this server.', 512),
  max_token_age_seconds: integer('How long a token is valid after `iat`. Default 3600.', {
    minimum: 60,
    maximum: 86_400,
  }),
  one_time_tokens: flag('Whether a token with a `jti` can be used only once. Default false.'),
};

const NEW_TRUSTED_ISSUER = named(
  'NewTrustedIssuer',
  input({ ...ISSUER_KIND, ...ISSUER }, ['name', 'template', 'issuer']),
);

const OPTIONAL = ['jwks', 'jwks_uri', 'audience'] as const;

const TRUSTED_ISSUER_CHANGE = named(
  'TrustedIssuerChange',
  change({ ...ISSUER, ...nullableAll(pick(ISSUER, OPTIONAL)) }),
);

const TRUSTED_ISSUER = named(
  'TrustedIssuer',
  output(
    {
      id: string('Begins with tis_.'),
      ...ISSUER_KIND,
      ...ISSUER,
      state: oneOf('Whether its tokens are accepted.', ['active', 'disabled']),
      keys: KEY_HEALTH,
      keys_after: seconds('The server does not use keys fetched up to then.'),
      created_at: seconds('When it was created.'),
      updated_at: seconds('When it was last changed.'),
    },
    [...OPTIONAL, 'keys_after'],
  ),
);

const TRUSTED_ISSUER_PAGE = page(TRUSTED_ISSUER);

const TOKEN_TO_TEST = named(
  'TokenToTest',
  input(
    {
      token: text('A workload token. It is not stored.', 16_384, { writeOnly: true }),
    },
    ['token'],
  ),
);

const RULE_OF = { agent: string(), name: string(), credential: string() };

const WORKLOAD_IDENTITY_TEST = named(
  'WorkloadIdentityTest',
  output(
    {
      good: flag('Whether an agent could authenticate with it now.'),
      issuer: output({ id: string(), name: string(), issuer: string() }),
      subject: string('`sub` of the token.'),
      failed: output({ check: string(), detail: string() }),
      matches: arrayOf(
        output({
          ...RULE_OF,
          subject_rule: { ...ref(TEXT_RULE), description: 'The rule for `sub`.' },
          claim_rules: recordOf('The rules for other claims, by name or JSON pointer.', ref(CLAIM_RULE)),
        }),
        'Agents that the token authenticates, and the matching credentials.',
      ),
      near_misses: arrayOf(
        output({ ...RULE_OF, check: string(), detail: string() }),
        'Rules that `sub` fits, and another claim does not; at most 20.',
      ),
      needs_client_id: flag('Whether the caller has to name the agent with client_id.'),
    },
    ['issuer', 'subject', 'failed'],
  ),
);

const SCOPES = scopes('trusted-issuers', {
  read: ['See the trusted issuers of workload tokens', 'low'],
  write: ['Add, change and disable trusted issuers of workload tokens', 'critical'],
});

const make = about('trusted issuers', SCOPES);

const routes = {
  createTrustedIssuer: make.create(
    '/trusted-issuers',
    NEW_TRUSTED_ISSUER,
    TRUSTED_ISSUER,
    'Trust an issuer of workload tokens',
    SPEAKS_FOR_PEOPLE,
  ),
  listTrustedIssuers: make.read('/trusted-issuers', TRUSTED_ISSUER_PAGE, 'List trusted issuers, newest first', {
    query: {
      ...PAGE,
      issuer: text('Only the entry with exactly this issuer.', 512),
    },
  }),
  getTrustedIssuer: make.read('/trusted-issuers/{id}', TRUSTED_ISSUER, 'Read a trusted issuer'),
  updateTrustedIssuer: make.change(
    '/trusted-issuers/{id}',
    TRUSTED_ISSUER_CHANGE,
    TRUSTED_ISSUER,
    'Change members of a trusted issuer',
    SPEAKS_FOR_PEOPLE,
  ),
  disableTrustedIssuer: make.act(
    '/trusted-issuers/{id}/disable',
    TRUSTED_ISSUER,
    'Disable a trusted issuer. Its tokens are refused',
  ),
  enableTrustedIssuer: make.act(
    '/trusted-issuers/{id}/enable',
    TRUSTED_ISSUER,
    'Enable a trusted issuer again',
    SPEAKS_FOR_PEOPLE,
  ),
  purgeTrustedIssuerKeys: make.act(
    '/trusted-issuers/{id}/purge-keys',
    TRUSTED_ISSUER,
    'Discard all keys fetched up to now, on all nodes',
  ),
  testWorkloadIdentity: make.create(
    '/workload-identity/test',
    TOKEN_TO_TEST,
    WORKLOAD_IDENTITY_TEST,
    'Find the agent that a workload token authenticates, or the check that fails. The token is not stored',
    { scope: SCOPES.read, policy: { not: 'it changes nothing' }, roles: READERS, status: 200 },
  ),
};

export type WorkloadIdentityDependencies = {
  readonly issuers: TrustedIssuerRegistry;
  readonly keys: Pick<IssuerKeys, 'health'>;
  readonly workloads: Pick<WorkloadIdentity, 'test'>;
};

type Dependencies = {
  readonly workloadIdentity: WorkloadIdentityDependencies;
};

const handlers = ({ workloadIdentity: { issuers, keys, workloads } }: Dependencies): Handlers<typeof routes> => {
  const show = (issuer: TrustedIssuer) => ({
    ...toWire(issuer),
    keys: toWire(keys.health(issuer)),
  });
  const found = async ({ id }: Call) => existing(await issuers.get(id));

  return {
    createTrustedIssuer: async ({ body, by }) => objectAnswer(await issuers.create(body, by), show),

    async listTrustedIssuers(call) {
      const { issuer } = call.query;
      return pageAnswer(await issuers.list({ ...pageOf(call), ...(issuer === undefined ? {} : { issuer }) }), show);
    },

    getTrustedIssuer: async (call) => objectAnswer(await found(call), show),

    async updateTrustedIssuer(call) {
      sameVersion(await found(call), call);
      return objectAnswer(await issuers.update(call.id, call.version, call.body, call.by), show);
    },

    disableTrustedIssuer: async ({ id, by }) => objectAnswer(await issuers.disable(id, by), show),
    enableTrustedIssuer: async ({ id, by }) => objectAnswer(await issuers.enable(id, by), show),
    purgeTrustedIssuerKeys: async ({ id, by }) => objectAnswer(await issuers.purgeKeys(id, by), show),

    async testWorkloadIdentity({ body }) {
      const { issuer, subject, refusal, matches, near } = await workloads.test(body.token);
      return {
        body: {
          good: refusal === undefined,
          ...(issuer ? { issuer: { id: issuer.id, name: issuer.name, issuer: issuer.issuer } } : {}),
          ...(subject === undefined ? {} : { subject }),
          ...(refusal ? { failed: { check: refusal.check, detail: refusal.why } } : {}),
          matches: matches.map(({ agent, credential }) => ({
            ...{ agent: agent.id, name: agent.name, credential: credential.id },
            ...{ subject_rule: credential.subject, claim_rules: credential.claims ?? {} },
          })),
          near_misses: near.map(({ agent, credential, refusal: { check, why } }) => ({
            ...{ agent: agent.id, name: agent.name, credential, check, detail: why },
          })),
          needs_client_id: matches.length > 1,
        },
      };
    },
  };
};

export const trustedIssuers = resource(routes, handlers);

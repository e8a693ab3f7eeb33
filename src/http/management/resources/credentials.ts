/** Resource: credentials of agents. */

import type { Agent } from '../../../domain/clients/agents/agent.ts';
import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import { type Credential, credentialsOf } from '../../../domain/clients/agents/credential.ts';
import type { NewCredential } from '../../../domain/clients/agents/credential-fields.ts';
import type { CredentialUses } from '../../../domain/clients/agents/credential-last-used.ts';
import type { CredentialRegistry } from '../../../domain/clients/agents/credential-registry.ts';
import { AUTHENTICATION_METHODS, type AuthenticationMethod } from '../../../domain/clients/blueprints/ceilings.ts';
import type { Owners } from '../../../domain/identity/groups/owners.ts';
import { type Call, existing } from '../call.ts';
import { CERTIFICATE_MEMBERS, CERTIFICATES, CLAIM_RULE, TEXT_RULE, THUMBPRINTS } from '../certificates.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, OWN, route } from '../route.ts';
import { named, type Properties, ref } from '../schema.ts';
import { arrayOf, input, integer, namesOf, oneOf, output, recordOf, seconds, string, text } from '../schema-parts.ts';
import { JSON_WEB_KEY_SET } from '../shared-schemas.ts';
import { show } from '../wire-names.ts';
import { AGENT_SCOPES } from './agents/scopes.ts';

const KINDS = AUTHENTICATION_METHODS.filter((method) => method !== 'secret');

const withKind = <P extends Properties>(properties: P): P =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      { ...schema, description: `With kind mtls: ${String(schema['description'])}` },
    ]),
  ) as unknown as P;

const CREDENTIAL_MEMBERS = {
  kind: oneOf('How the agent authenticates with it.', KINDS),
  name: text('Name to show.', 100),
  expires_at: { ...seconds('When it expires.'), minimum: 0, maximum: 99_999_999_999 },
  jwks: { ...ref(JSON_WEB_KEY_SET), description: 'With kind jwks; with kind attested: public keys of the attester.' },
  jwks_uri: text(
    'With kind jwks_uri: URL that serves the public keys. With kind attested: URL that serves the attester’s public keys, instead of `jwks`.',
    2048,
  ),
  issuer: text('With kind federated: id of the trusted issuer.', 64),
  subject: { ...ref(TEXT_RULE), description: 'With kind federated: rule for `sub`.' },
  claims: recordOf(
    'With kind federated: rules by claim name, or by JSON pointer (RFC 6901) when the name begins with "/". All rules must match.',
    ref(CLAIM_RULE),
    { maxProperties: 20 },
  ),
  attester: text(
    'With kind attested: name of the attester. An attestation with an issuer (`iss`) must name this attester.',
    512,
  ),
  ...withKind(CERTIFICATE_MEMBERS),
};

export const NEW_CREDENTIAL = named(
  'NewCredential',
  input({ ...CREDENTIAL_MEMBERS, ...withKind(CERTIFICATES) }, ['kind']),
);

const CREDENTIAL_ADDED = {
  id: string('Begins with crd_.'),
  state: oneOf('The agent can authenticate only with active credentials.', ['active', 'suspended', 'expired']),
  kind: oneOf('How the agent authenticates with it.', AUTHENTICATION_METHODS),
  ...THUMBPRINTS,
  told_at: seconds('When the owner was notified that it expires soon.'),
  reason: string('Of a secret: reason why it was allowed.'),
  created_at: seconds('When it was added.'),
  last_used_at: seconds('When the agent last authenticated with it, to the minute.'),
};

const { kind: _, ...BY_KIND } = CREDENTIAL_MEMBERS;

const CREDENTIAL = named(
  'Credential',
  output({ ...CREDENTIAL_MEMBERS, ...CREDENTIAL_ADDED }, [
    ...namesOf(BY_KIND),
    'thumbprints',
    'told_at',
    'reason',
    'last_used_at',
  ]),
);

const CREDENTIAL_LIST = named('CredentialList', output({ items: arrayOf(ref(CREDENTIAL)) }));

const OVERLAP = integer('How long the old keys stay valid beside the new ones. Default 0.', {
  minimum: 0,
  maximum: 86_400,
});

const CREDENTIAL_ROTATION = named(
  'CredentialRotation',
  input(
    {
      client_assertion_type: oneOf('Optional.', ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer']),
      client_assertion: text('Client assertion of the agent (RFC 7523), signed with a key of the credential.', 16_384),
      jwks: { ...ref(JSON_WEB_KEY_SET), description: 'The new keys.' },
      overlap_seconds: OVERLAP,
    },
    ['client_assertion', 'jwks'],
  ),
);

const CREDENTIAL_REPLACEMENT = named(
  'CredentialReplacement',
  input(
    {
      jwks: { ...ref(JSON_WEB_KEY_SET), description: 'The new keys.' },
      overlap_seconds: OVERLAP,
    },
    ['jwks'],
  ),
);

const make = about('agents', AGENT_SCOPES);

const routes = {
  listCredentials: make.read('/agents/{id}/credentials', CREDENTIAL_LIST, 'List the credentials of an agent', OWN),
  addCredential: make.create('/agents/{id}/credentials', NEW_CREDENTIAL, CREDENTIAL, 'Add a credential to an agent', {
    own: true,
    status: 200,
  }),
  suspendCredential: make.act(
    '/agents/{id}/credentials/{credential}/suspend',
    CREDENTIAL_LIST,
    'Suspend a credential. The agent cannot authenticate with it until it is resumed',
    OWN,
  ),
  resumeCredential: make.act(
    '/agents/{id}/credentials/{credential}/resume',
    CREDENTIAL_LIST,
    'Resume a suspended credential',
    OWN,
  ),
  removeCredential: make.act(
    '/agents/{id}/credentials/{credential}/removal',
    CREDENTIAL_LIST,
    'Delete a credential of an agent permanently',
    OWN,
  ),
  replaceCredentialKeys: make.act(
    '/agents/{id}/credentials/{credential}/replacement',
    CREDENTIAL,
    'Replace the keys of a credential by hand. Only the owner of the agent or an administrator may',
    { ...OWN, body: CREDENTIAL_REPLACEMENT },
  ),
  rotateCredential: route({
    method: 'POST',
    path: '/agents/{id}/credentials/{credential}/rotation',
    tag: 'agents',
    summary: 'Rotate the keys of a credential. The agent calls this itself, with a client assertion of the old key',
    policy: { not: 'the agent changes its own key, proven by the old one' },
    roles: [],
    isProvenByBody: true,
    body: CREDENTIAL_ROTATION,
    status: 200,
    answer: CREDENTIAL,
  }),
};

export type Credentials = CredentialRegistry & {
  readonly lastUses: CredentialUses['lastUses'];
  /**
   * Checks a client assertion that a key of this credential signed, and uses it up. Throws 'unauthenticated'; only the owner
   * learns the cause.
   */
  readonly provenBy: (agent: string, credential: string, assertion: string, request?: string) => Promise<void>;
};

type Dependencies = {
  readonly credentials: Credentials;
  readonly agents: Pick<AgentRegistry, 'get'>;
  readonly owners: Pick<Owners, 'answersFor'>;
};

const handlers = ({ credentials, agents, owners }: Dependencies): Handlers<typeof routes> => {
  const own = async (call: Call): Promise<Agent> => {
    const { document } = existing(await agents.get(call.id));
    const isVisible = call.access === 'all' || (await owners.answersFor(document.owner, call.caller.id));
    return existing(isVisible ? document : undefined);
  };

  const shown = async (agent: Agent) => {
    const uses = await credentials.lastUses(agent.id);
    return { body: { items: credentialsOf(agent).map((one) => showCredential(one, uses.get(one.id))) } };
  };

  return {
    listCredentials: async (call) => shown(await own(call)),

    async addCredential(call) {
      const agent = await own(call);
      return { body: showCredential(await credentials.add(call.id, call.body, call.by, agent)) };
    },

    async suspendCredential(call) {
      await own(call);
      return shown((await credentials.suspend(call.id, call.credential, call.by)).document);
    },

    async resumeCredential(call) {
      await own(call);
      return shown((await credentials.resume(call.id, call.credential, call.by)).document);
    },

    async removeCredential(call) {
      await own(call);
      return shown((await credentials.remove(call.id, call.credential, call.by)).document);
    },

    async replaceCredentialKeys(call) {
      await own(call);
      return { body: showCredential(await credentials.rotate(call.id, call.credential, call.body, call.by)) };
    },

    /** The agent calls itself, and proves possession only of the key that it replaces. */
    async rotateCredential({ id, credential, body, by }) {
      const { clientAssertion, jwks, overlapSeconds } = body;
      await credentials.provenBy(id, credential, clientAssertion, by.request);
      const change = { jwks, ...(overlapSeconds === undefined ? {} : { overlapSeconds }) };
      return { body: showCredential(await credentials.rotate(id, credential, change, by)) };
    },
  };
};

/** Members of credentials of any kind. */
type Shown = Pick<Credential, 'id' | 'state' | 'createdAt' | 'toldAt'> &
  Omit<NewCredential, 'kind' | 'certificates'> & { readonly kind: AuthenticationMethod; readonly reason?: string };

/** A new member of credentials stays internal until this list names it: some members hold digests of secrets. */
const MEMBERS = [
  'id',
  'name',
  'kind',
  'state',
  'createdAt',
  'expiresAt',
  'jwks',
  'jwksUri',
  'issuer',
  'subject',
  'claims',
  'attester',
  'subjectDn',
  'sanDns',
  'sanUri',
  'sanEmail',
  'sanIp',
  'spiffeTrustDomain',
  'spiffePath',
  'thumbprints',
  'toldAt',
  'reason',
] as const satisfies readonly (keyof Shown)[];

const showCredential = (credential: Shown, lastUsedAt?: number) => ({
  ...show(credential, MEMBERS),
  ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
});

export const credentials = resource(routes, handlers);

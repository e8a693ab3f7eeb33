import type { Agent } from '../../domain/clients/agents/agent.ts';
import { type Credential, credentialsOf } from '../../domain/clients/agents/credential.ts';
import type { NewCredential } from '../../domain/clients/agents/credential-fields.ts';
import type { CredentialUses } from '../../domain/clients/agents/credential-last-used.ts';
import type { CredentialRegistry } from '../../domain/clients/agents/credential-registry.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import type { JsonWebKeySet } from '../../domain/vocabulary/json-web-keys.ts';
import { type Answer, type Call, existing, type Handlers } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { toWire } from './representations.ts';

type Operations =
  | 'listCredentials'
  | 'addCredential'
  | 'suspendCredential'
  | 'resumeCredential'
  | 'removeCredential'
  | 'rotateCredential';

export type Credentials = CredentialRegistry & {
  readonly lastUses: CredentialUses['lastUses'];
  /**
   * Checks a client assertion that is signed with a key of this credential, and uses it up. Throws 'unauthenticated'; only the
   * owner learns why.
   */
  readonly provenBy: (agent: string, credential: string, assertion: string, request?: string) => Promise<void>;
};

export const credentialHandlers = (
  credentials: Credentials,
  agents: { get(id: string): Promise<Versioned<Agent> | undefined> },
  owners: Pick<Owners, 'answersFor'>,
): Handlers<Operations> => {
  const own = async (call: Call): Promise<Agent> => {
    const { document } = existing(await agents.get(call.id));
    const isVisible = call.access === 'all' || (await owners.answersFor(document.owner, call.caller.id));
    return existing(isVisible ? document : undefined);
  };

  const shown = async (agent: Agent): Promise<Answer> => {
    const uses = await credentials.lastUses(agent.id);
    return { body: { items: credentialsOf(agent).map((one) => showCredential(one, uses.get(one.id))) } };
  };

  return {
    listCredentials: async (call) => shown(await own(call)),

    async addCredential(call) {
      const agent = await own(call);
      const { kind, ...rest } = call.body as unknown as NewCredential;
      const given = { kind, ...rest } as NewCredential;
      return { body: showCredential(await credentials.add(call.id, given, call.by, agent)) };
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

    /** The agent itself calls, and only proves possession of the key that it replaces. */
    async rotateCredential({ id, credential, body, by }) {
      const { clientAssertion, jwks, overlapSeconds } = body as {
        readonly clientAssertion: string;
        readonly jwks: JsonWebKeySet;
        readonly overlapSeconds?: number;
      };
      await credentials.provenBy(id, credential, clientAssertion, by.request);
      const change = { jwks, ...(overlapSeconds === undefined ? {} : { overlapSeconds }) };
      return { body: showCredential(await credentials.rotate(id, credential, change, by)) };
    },
  };
};

/** A member that is added to credentials stays internal until it is named here: some hold digests of secrets. */
const SHOWN = new Set([
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
]);

const showCredential = (credential: Credential, lastUsedAt?: number): JsonObject => ({
  ...toWire(Object.fromEntries(Object.entries(credential).filter(([name]) => SHOWN.has(name)))),
  ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
});

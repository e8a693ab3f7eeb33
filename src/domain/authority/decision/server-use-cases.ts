/**
 * Builds the cases of server-use-question.ts: reads from the registries who uses this server, and the facts that
 * policies see.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import { credentialsOf } from '../../clients/agents/credential.ts';
import type { Client } from '../../clients/clients/client.ts';
import { isDocumentId } from '../../clients/clients/metadata-document.ts';
import type { Account } from '../../identity/accounts/account.ts';
import { isGroupId } from '../../identity/groups/group.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Found } from '../../ports/document-store.ts';
import type { PolicyCase } from '../../ports/policy-engine.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { type Approving, approveCase } from './approve-question.ts';
import type { GroupsOf } from './authorize.ts';
import {
  type Administration,
  administrationCase,
  type Circumstances,
  type Registered,
  type RegistrationWay,
  registrationCase,
  type UserOfServer,
} from './server-use-question.ts';

/** Caller, assurance and source. `at`: epoch seconds; absent: now. */
export type UseBy = Pick<By, 'assurance' | 'source' | 'isBound'> & {
  readonly caller: string;
  readonly at?: number | undefined;
};

/** Builds the cases for policies about the use of this server. */
export interface ServerUseCases {
  /** The case of an approval. Undefined where the agent or the person no longer exists: then no account can approve. */
  approval(asked: Approving, by: UseBy): Promise<PolicyCase | undefined>;
  /** The case of a call that changes something here. */
  administration(asked: Administration, by: UseBy): Promise<PolicyCase>;
  /** The case of the registration of an agent or client, or of a change of one. */
  registration(
    what: Registered & { readonly way: RegistrationWay; readonly isChange: boolean },
    by: UseBy,
  ): Promise<PolicyCase>;
}

export const serverUseCases = (deps: {
  readonly clock: Pick<Clock, 'now'>;
  readonly accounts: { get(id: string): Found<Account> };
  readonly clients: { get(id: string): Found<Pick<Client, 'id' | 'verifiedAt'>> };
  readonly groupsOf: GroupsOf;
  /** Groups that own agents, by member account. */
  readonly groups: { ofAccount(account: string): Promise<readonly { readonly id: string }[]> };
  readonly resourceServers: {
    findByIdentifier(identifier: string): Found<Pick<ResourceServer, 'id' | 'scopes' | 'detailTypes'>>;
  };
  readonly agents: { get(id: string): Found<Agent> };
  readonly owners: Pick<Owners, 'answersFor'>;
  /** Resource indicator of the management API. */
  readonly managementApi: string;
}): ServerUseCases => {
  const { clock, accounts, clients, groups, groupsOf, managementApi } = deps;

  const withGroups = async (id: string): Promise<Pick<Account, 'id' | 'state' | 'groups'> | undefined> => {
    const account = (await accounts.get(id))?.document;
    if (!account) return undefined;
    const owning = (await groups.ofAccount(id)).map((group) => group.id);
    return { id, state: account.state, groups: [...(await groupsOf(account)), ...owning] };
  };

  const known = async (id: string): Promise<UserOfServer> => {
    if (id.startsWith('app_')) {
      const client = (await clients.get(id))?.document;
      return client ? { kind: 'client', client } : { kind: 'unknown', id };
    }
    const account = id.startsWith('acc_') ? await withGroups(id) : undefined;
    return account ? { kind: 'account', account } : { kind: 'unknown', id };
  };

  const withinOf = async (owner: string | undefined) =>
    owner === undefined ? {} : { within: isGroupId(owner) ? owner : ((await withGroups(owner)) ?? owner) };

  const circumstances = async ({ assurance, source, isBound, at }: Partial<UseBy>): Promise<Circumstances> => {
    const server = (await deps.resourceServers.findByIdentifier(managementApi))?.document;
    return {
      now: at ?? clock.now(),
      assurance,
      source,
      isBound,
      // The first start creates it. Policies permit nothing for a missing resource server.
      server: { id: server?.id ?? '', identifier: managementApi },
    };
  };

  const registrant = async (way: RegistrationWay, caller: string, owner: string | undefined): Promise<UserOfServer> => {
    if (way === 'management') return known(caller);
    if (way === 'document') return { kind: 'client', client: { id: caller }, isDocument: isDocumentId(caller) };
    const within = way === 'token' || way === 'itself' || way === 'directory' ? await withinOf(owner) : {};
    return { kind: 'registration', id: way === 'open' ? 'open' : caller, ...within };
  };

  return {
    async approval(asked, by): Promise<PolicyCase | undefined> {
      const { action } = asked;
      const [who, agent, subject, server] = await Promise.all([
        withGroups(by.caller),
        deps.agents.get(action.agent),
        action.subject === by.caller ? undefined : withGroups(action.subject),
        deps.resourceServers.findByIdentifier(action.resource),
      ]);
      if (!who || !agent) return undefined;
      const isOwner = await deps.owners.answersFor(agent.document.owner, who.id);
      const { scopes = [], detailTypes = [], id = '' } = server?.document ?? {};
      return approveCase(
        asked,
        {
          who,
          agent: agent.document,
          subject: action.subject === who.id ? who : subject,
          isOwner,
          server: { id, identifier: action.resource, scopes, detailTypes },
          isOwnApi: action.resource === managementApi,
        },
        { ...by, now: by.at ?? clock.now() },
      );
    },

    async administration(asked, by): Promise<PolicyCase> {
      const [who, facts] = await Promise.all([known(by.caller), circumstances(by)]);
      return administrationCase(who, asked, facts);
    },

    async registration(what, by): Promise<PolicyCase> {
      const [who, facts] = await Promise.all([registrant(what.way, by.caller, what.owner), circumstances(by)]);
      return registrationCase(who, what, facts);
    },
  };
};

export const factsOfAgent = (agent: Agent): Registered => ({
  kind: 'agent',
  owner: agent.owner,
  blueprint: agent.blueprint,
  environment: agent.environment,
  credentials: [...new Set(credentialsOf(agent).map(({ kind }) => kind))].sort(),
  roles: [],
});

export const factsOfClient = (client: Client): Registered => ({
  kind: 'client',
  owner: client.owner,
  credentials: credentialKindsOf(client),
  roles: [...client.roles].sort(),
});

const credentialKindsOf = ({ tokenEndpointAuthMethod: method, jwksUri }: Client): readonly string[] => {
  switch (method) {
    case 'private_key_jwt':
      return [jwksUri === undefined ? 'jwks' : 'jwks_uri'];
    case 'client_secret_basic':
    case 'client_secret_post':
      return ['secret'];
    case 'none':
      return [];
    default:
      return ['mtls'];
  }
};

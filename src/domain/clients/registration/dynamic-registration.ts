import type { AnonymousEvents } from '../../audit/anonymous-events.ts';
import type { AuditLog } from '../../audit/audit-event.ts';
import type { CountRefusal } from '../../audit/refusal-counter.ts';
import type { Quota } from '../../platform/rate-limits/quota.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import { coarseNetwork } from '../../vocabulary/client-network.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { raise } from '../../vocabulary/refusals.ts';
import type { Agent } from '../agents/agent.ts';
import type { AgentRegistry } from '../agents/agent-registry.ts';
import { ownershipOf } from '../agents/ownership.ts';
import type { Client } from '../clients/client.ts';
import type { CreatedClient } from '../clients/client-input.ts';
import type { ClientRegistry } from '../clients/client-registry.ts';
import { type Body, type ClientMetadata, readMetadata } from './client-metadata.ts';
import type { InitialAccessToken, InitialAccessTokens } from './initial-access-tokens.ts';
import { asPublicClient, newAgentOf, newClientOf, type Plan, plan } from './plan.ts';
import { registeredMetadata } from './registered-metadata.ts';
import { type RegistrationChecksDeps, registrationChecks } from './registration-checks.ts';
import { registrationError } from './registration-errors.ts';
import {
  type Action,
  type From,
  managedEvent,
  ofRequest,
  type RegistrationFacts,
  refusalEvent,
} from './registration-events.ts';
import { registrationRefusal } from './registration-refusals.ts';
import { type Registration, type Registrations, withScope } from './registrations.ts';
import { agentReplacement, checkReplacement, clientReplacement } from './replacement.ts';
import type { SoftwareStatements, Statement } from './software-statements.ts';

type StoredDocument<T> = Promise<Versioned<T> | undefined>;

type Dependencies = RegistrationChecksDeps & {
  readonly issuer: string;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Events of clients that registered themselves and have no owner, within a budget. */
  readonly anonymous: Pick<AnonymousEvents, 'note'>;
  readonly agents: Pick<AgentRegistry, 'create' | 'get' | 'update' | 'retire'>;
  readonly clients: Pick<ClientRegistry, 'create' | 'get' | 'update' | 'retire' | 'adopt'>;
  /** The same registries in their effective state, as token requests see them. */
  readonly effectiveRegistries: {
    readonly agents: { get(id: string): StoredDocument<Agent> };
    readonly clients: { get(id: string): StoredDocument<Client> };
  };
  readonly tokens: InitialAccessTokens;
  readonly registrations: Registrations;
  readonly statements: SoftwareStatements;
  readonly isSecretOf: (client: Client, secret: string) => boolean;
  /** Whether any caller may register a public client, and how long the client lasts without an owner. */
  readonly open: { readonly isOn: boolean; readonly lifetimeSeconds: number };
  /** `source`: by client address. `openOfSite`: by coarse network, so that one site does not use up the whole quota. */
  readonly quotas: {
    readonly source: Quota;
    readonly owner: Quota;
    readonly open: Quota;
    readonly openOfSite: Quota;
  };
  readonly countRefusal: CountRefusal;
};

type Managed = { readonly registration: Versioned<Registration>; readonly party: Versioned<Agent | Client> };

const PARTY_ID = /^(?:agt|app)_[a-z2-7]{26}$/;

/**
 * Dynamic client registration and its management (RFC 7591, RFC 7592). All methods throw DomainError. Each refusal is
 * in the audit log, or counted, before it is thrown.
 */
export interface DynamicRegistration {
  /** Returns the registered metadata with the tokens to manage it. A client secret is shown only this once. */
  register(body: Body, bearer: string | undefined, from: From): Promise<Body>;
  /**
   * Shows a registration to the holder of its token, and replaces the token (RFC 7592 §2.1). Throws 'invalid_token'.
   */
  read(id: string, bearer: string | undefined, from: From): Promise<Body>;
  /** Replaces the metadata. Throws 'precondition_failed' when another caller changed it at the same time. */
  replace(id: string, body: Body, bearer: string | undefined, from: From): Promise<Body>;
  /** Retires an agent or client for good: nothing it holds works any more. */
  remove(id: string, bearer: string | undefined, from: From): Promise<void>;
  /** Whether the client or agent registered itself, even if it was adopted since. */
  isSelfRegistered(id: string): Promise<boolean>;
  /** Makes an account the owner of a client that registered itself. Throws 'not_found' and 'conflict'. */
  adopt(id: string, owner: string, by: By): Promise<Versioned<Client>>;
}

export const dynamicRegistration = (deps: Dependencies): DynamicRegistration => {
  const { issuer, clock, audit, agents, clients, effectiveRegistries, tokens, registrations, statements, quotas } =
    deps;

  const { checkSelfChosen, checkKills } = registrationChecks(deps);

  const refusing = async <T>(
    from: From,
    action: Action,
    work: (knows: (who: RegistrationFacts) => void) => Promise<T>,
  ): Promise<T> => {
    let known: RegistrationFacts | undefined;
    try {
      return await work((who) => {
        known = who;
      });
    } catch (error) {
      if (!isDomainError(error) || error.code === 'unavailable') throw error;
      const { error: code } = registrationError(error);
      if (known) await audit.append(refusalEvent(known, action, code, error, from));
      else await deps.countRefusal({ reason: error.denial?.reason ?? code, ...from });
      throw error;
    }
  };

  const tokenOf = async (bearer: string | undefined): Promise<InitialAccessToken | undefined> => {
    if (bearer === undefined) return undefined;
    return (await tokens.find(bearer)) ?? raise(registrationRefusal('initial_access_token_invalid'));
  };

  const store = async (made: Plan, by: By): Promise<CreatedClient | Versioned<Agent>> =>
    made.kind === 'agent'
      ? agents.create(newAgentOf(made), by)
      : clients.create(
          newClientOf(made, made.way === 'open' ? clock.now() + deps.open.lifetimeSeconds : undefined),
          by,
        );

  /** Takes a use of the token first, and gives it back when the registration fails. */
  const storeWithin = async (made: Plan, token: InitialAccessToken | undefined, by: By) => {
    if (token && !(await tokens.take(token.id))) throw registrationRefusal('initial_access_token_used_up');
    try {
      return await store(made, by);
    } catch (error) {
      if (token && isDomainError(error)) await tokens.giveBack(token.id);
      throw error;
    }
  };

  const takeOpen = async ({ source }: From): Promise<void> => {
    await quotas.openOfSite.take(coarseNetwork(source));
    await quotas.open.take('all');
  };

  const register = async (made: Plan, token: InitialAccessToken | undefined, from: From): Promise<Body> => {
    const { way, caller, owner, asked, statement } = made;
    if (owner !== undefined) await quotas.owner.take(owner);
    if (way === 'open') await takeOpen(from);
    await checkKills(caller, owner);
    await audit.append({
      type: 'registration.admitted',
      outcome: 'granted',
      caller,
      ...(owner === undefined ? {} : { owner }),
      inputs: { way, kind: made.kind, ...(statement ? { statement: statement.issuer } : {}) },
      ...ofRequest(from),
    });
    const stored = await storeWithin(made, token, { caller, ...from });
    const { document } = stored;
    const { registration, token: managing } = await registrations.insert({
      id: document.id,
      way,
      ...(statement ? { statement: statement.text } : {}),
      ...(asked.scope === undefined ? {} : { scope: asked.scope }),
      ...(asked.softwareId === undefined ? {} : { softwareId: asked.softwareId }),
      ...(asked.softwareVersion === undefined ? {} : { softwareVersion: asked.softwareVersion }),
      ...('resourceServers' in document || document.expiresAt === undefined ? {} : { expiresAt: document.expiresAt }),
    });
    const secret = 'secret' in stored ? stored.secret : undefined;
    return registeredMetadata(document, { registration, token: managing, secret, issuer });
  };

  /**
   * An agent or client that is not active is managed by its owner, not by itself. A pending one may still
   * correct itself.
   */
  const stands = async (id: string): Promise<boolean> => {
    if (id.startsWith('app_')) return (await effectiveRegistries.clients.get(id))?.document.state === 'active';
    const agent = (await effectiveRegistries.agents.get(id))?.document;
    if (agent?.state !== 'pending') return agent?.state === 'active';
    if (agent.acceptBy !== undefined && agent.acceptBy <= clock.now()) return false;
    return (await deps.revocation.ended([{ parties: [id], owner: agent.owner }])) === undefined;
  };

  /** The token of another client is treated as invalid, and stays unchanged. */
  const managed = async (
    id: string,
    bearer: string | undefined,
    knows: (who: RegistrationFacts) => void,
  ): Promise<Managed> => {
    const registration = bearer !== undefined && PARTY_ID.test(id) ? await registrations.find(id, bearer) : undefined;
    const isAgent = id.startsWith('agt_');
    const party = registration && (await stands(id)) ? await (isAgent ? agents : clients).get(id) : undefined;
    // After a change of ownership the registration access token no longer manages the agent; the new owner does.
    const isFormer = party !== undefined && 'resourceServers' in party.document && ownershipOf(party.document) > 0;
    if (!registration || !party || isFormer) throw registrationRefusal('registration_access_token_invalid');
    const found = { registration, party };
    if (!isStrangers(found)) {
      knows({ caller: id, owner: party.document.owner, target: { kind: isAgent ? 'agent' : 'client', id } });
    }
    return found;
  };

  const record = async (managing: Managed, action: Action, from: From): Promise<void> => {
    const event = managedEvent(managing.party.document, action, from);
    if (isStrangers(managing)) {
      await deps.anonymous.note(event, { share: 'requests', group: coarseNetwork(from.source) });
    } else await audit.append(event);
  };

  /** Refuses at once what may not be changed. The registries refuse the rest when the change is made. */
  const changeOf = ({ party, registration }: Managed, asked: ClientMetadata, by: By) => {
    const { document, version } = party;
    if ('resourceServers' in document) {
      const change = agentReplacement(document, asked);
      return (): Promise<Versioned<Agent | Client>> => agents.update(document.id, version, change, by);
    }
    const isPublic = registration.document.way === 'open' && document.tokenEndpointAuthMethod === 'none';
    const change = clientReplacement(document, isPublic ? asPublicClient(asked) : asked);
    return (): Promise<Versioned<Agent | Client>> => clients.update(document.id, version, change, by);
  };

  const shown = ({ registration }: Managed, party: Agent | Client, token: string): Body =>
    registeredMetadata(party, { registration: registration.document, token, issuer });

  return {
    register: (body, bearer, from): Promise<Body> =>
      refusing(from, 'register', async (knows) => {
        await quotas.source.take(from.source);
        const token = await tokenOf(bearer);
        if (token) knows({ caller: token.id, owner: token.owner });
        const { software_statement: sent } = body as { readonly software_statement?: unknown };
        const statement: Statement | undefined =
          sent === undefined ? undefined : await statements.verify(sent, from.source);
        if (statement && !token) knows({ caller: statement.issuer });
        if (!token && !statement && !deps.open.isOn) {
          throw registrationRefusal('initial_access_token_missing');
        }
        const asked = readMetadata({ ...body, ...statement?.claims });
        checkSelfChosen(asked);
        return register(plan({ asked, token, statement }), token, from);
      }),

    read: (id, bearer, from): Promise<Body> =>
      refusing(from, 'read', async (knows) => {
        const found = await managed(id, bearer, knows);
        await record(found, 'read', from);
        return shown(found, found.party.document, await registrations.rotate(found.registration));
      }),

    replace: (id, body, bearer, from): Promise<Body> =>
      refusing(from, 'replace', async (knows) => {
        const found = await managed(id, bearer, knows);
        const { document } = found.party;
        const { statement } = found.registration.document;
        const isSecret = (secret: string) => !('resourceServers' in document) && deps.isSecretOf(document, secret);
        checkReplacement(body, { id, statement, isSecret });
        const asked = readMetadata({ ...body, ...(statement === undefined ? {} : statements.read(statement)) });
        checkSelfChosen(asked, document);
        const change = changeOf(found, asked, { caller: id, ...from });
        // Each change is a permanent audit event. A change by a client without an owner therefore counts as a
        // registration.
        if (isStrangers(found)) {
          await quotas.source.take(from.source);
          await takeOpen(from);
        }
        await record(found, 'replace', from);
        const registration = withScope(found.registration, asked.scope);
        const token = await registrations.rotate(registration);
        try {
          return shown({ ...found, registration }, (await change()).document, token);
        } catch (error) {
          // A refused change changes nothing, not even the presented token.
          if (isDomainError(error)) await registrations.restore(found.registration);
          throw error;
        }
      }),

    remove: (id, bearer, from): Promise<void> =>
      refusing(from, 'remove', async (knows) => {
        const { party } = await managed(id, bearer, knows);
        const by = { caller: id, ...from };
        await ('resourceServers' in party.document ? agents.retire(id, by) : clients.retire(id, by));
        await registrations.remove(id);
      }),

    isSelfRegistered: (id): Promise<boolean> => registrations.has(id),

    async adopt(id, owner, by): Promise<Versioned<Client>> {
      const adopted = await clients.adopt(id, owner, by);
      await registrations.keep(id);
      return adopted;
    },
  };
};

/** Whether it came by open registration and has no owner. Its caller is then as unknown as an unauthenticated one. */
const isStrangers = ({ registration, party }: Managed): boolean =>
  registration.document.way === 'open' && party.document.owner === undefined;

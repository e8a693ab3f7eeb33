/**
 * What a request may carry at a resource: asked for by the engine wherever a resource is named, by
 * every grant. This is where a client's registration, the person's own rights, and the delegation cut
 * the scope (decision D4; finding V10: the engine itself does not let a client's scope limit resources).
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '../domain/accounts/account.ts';
import type { Agent } from '../domain/agents/agent.ts';
import { limitsOfAgent, tokenLifeOf } from '../domain/agents/effective-agent.ts';
import type { Client } from '../domain/clients/client.ts';
import { isDocumentId } from '../domain/clients/metadata-document.ts';
import { blockingLayer, type Cut, cutScope, type Limit, scopesAt } from '../domain/delegation/authority.ts';
import type { Delegation } from '../domain/delegation/delegation.ts';
import type { Layer } from '../domain/errors.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { ResourceServer } from '../domain/resource-servers/resource-server.ts';

type OwnLimits = { readonly limits: readonly Limit[]; readonly maxSeconds: number | undefined };

type Row<T> = Promise<{ readonly document: T } | undefined>;

export type ResourceAuthority = ReturnType<typeof resourceAuthority>;

export const resourceAuthority = (deps: {
  readonly agents: { get(id: string): Row<Agent> };
  readonly clients: { get(id: string): Row<Client> };
  readonly accounts: { get(id: string): Row<Account> };
  readonly resourceServers: { findByIdentifier(identifier: string): Row<ResourceServer> };
  readonly delegations: {
    consented(subject: string, actor: string, resource: string): Promise<Delegation | undefined>;
  };
  readonly clock: Clock;
  /** Resource indicator of the management API. */
  readonly managementApi: string;
}) => {
  /** What was cut of the scope a request asked for. */
  const cuts = new WeakMap<object, Cut>();

  /** What the registration and the ceilings of an agent or client leave it at a resource server. */
  const ownLimits = async (clientId: string, server: ResourceServer, forItself: boolean): Promise<OwnLimits> => {
    if (clientId.startsWith('agt_')) {
      const agent = (await deps.agents.get(clientId))?.document;
      if (!agent) return { limits: [{ layer: 'agent', holds: [] }], maxSeconds: undefined };
      return { limits: limitsOfAgent(agent, server, forItself), maxSeconds: tokenLifeOf([agent]) };
    }
    // Whom nobody answers for does not get to administer, whoever is talked into allowing it.
    if (isDocumentId(clientId) && server.identifier === deps.managementApi) {
      return { limits: [{ layer: 'client', holds: [] }], maxSeconds: undefined };
    }
    const held = scopesAt((await deps.clients.get(clientId))?.document.authority, server.identifier);
    return { limits: [{ layer: 'client', holds: held ?? (forItself ? [] : undefined) }], maxSeconds: undefined };
  };

  const find = async (resource: string): Promise<ResourceServer> => {
    const server = (await deps.resourceServers.findByIdentifier(resource))?.document;
    if (server?.state !== 'active') throw new errors.InvalidTarget('no such resource server');
    return server;
  };

  const ofSubject = async (subject: string, resource: string): Promise<Limit> => {
    const account = (await deps.accounts.get(subject))?.document;
    return { layer: 'subject', holds: account ? scopesAt(account.entitlements, resource) : [] };
  };

  return {
    /** Which layer leaves a request without any scope at its resource. */
    blockingLayer(ctx: object): Layer {
      const cut = cuts.get(ctx);
      // What all the others would let through was never granted.
      return cut && cut.scope.length === 0 ? blockingLayer(cut) : 'grant';
    },
    /** The hook `getResourceServerInfo` of the engine: what this request may carry at most. */
    async at(ctx: KoaContextWithOIDC, resource: string, clientId: string) {
      const server = await find(resource);
      const declared = server.scopes.map(({ name }) => name);
      const subject = subjectOf(ctx);
      const atTokenEndpoint = ctx.oidc?.route === 'token';
      const forItself = atTokenEndpoint && ctx.oidc.params?.['grant_type'] === 'client_credentials';
      const asking = !atTokenEndpoint && subject === undefined;
      const own = await ownLimits(clientId, server, !asking && (forItself || subject === undefined));
      const found: Limit[] = [...own.limits];
      if (subject !== undefined && !forItself) found.push(await ofSubject(subject, resource));
      let life = Math.min(server.accessTokenTtlSeconds, own.maxSeconds ?? server.accessTokenTtlSeconds);
      if (atTokenEndpoint && subject !== undefined && clientId.startsWith('agt_')) {
        const row = await deps.delegations.consented(subject, clientId, resource);
        found.push({ layer: 'delegation', holds: row?.scope ?? [] });
        // No token outlives its delegation, also where nobody asks us about it.
        if (row) life = Math.max(1, Math.min(life, row.expiresAt - deps.clock.now()));
      }
      const { scope } = cutScope(undefined, declared, found);
      const asked = ctx.oidc?.params?.['scope'];
      cuts.set(ctx, cutScope(typeof asked === 'string' ? asked.split(' ') : undefined, declared, found));
      // RFC 6749 §3.3 leaves the default to us: everything the client holds there, never more.
      if (forItself && ctx.oidc.params && !ctx.oidc.params['scope']) ctx.oidc.params['scope'] = scope.join(' ');
      return {
        scope: scope.join(' '),
        audience: resource,
        accessTokenTTL: life,
        accessTokenFormat: server.accessTokenFormat,
        jwt: { sign: { alg: server.accessTokenSigningAlg } },
      };
    },
  };
};

/** The person a request of the engine is about, as far as it is known yet. */
const subjectOf = (ctx: KoaContextWithOIDC): string | undefined => {
  const { AuthorizationCode, RefreshToken, DeviceCode, Account } = ctx.oidc?.entities ?? {};
  return (
    AuthorizationCode?.accountId ??
    RefreshToken?.accountId ??
    (ctx.oidc?.route === 'token' ? DeviceCode?.accountId : undefined) ??
    Account?.accountId
  );
};

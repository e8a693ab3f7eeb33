/** One history of `derivations`: an organization in which users consent and revoke, time goes by, and agents exchange. */
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { exchangeScene, START } from '../unit/token-exchange/fakes.ts';
import type { Random } from './campaign.ts';
import { nearDetail, nested, newDetail } from './derivations-details.ts';
import { derivationsModel, unique } from './derivations-model.ts';
import type { castOf } from './derivations-organization.ts';
import type { FlatDetails, ModelServer, ModelToken, Organization } from './derivations-world.ts';

/** Tokens a caller chooses from. */
const REMEMBERED = 12;
const HUB = 'https://hub.example';

export type Known = { readonly value: string; readonly model: ModelToken };

export type Attempted = {
  readonly caller: string;
  readonly parent: Known;
  readonly target: ModelServer;
  readonly scope: readonly string[] | undefined;
  readonly details: FlatDetails | undefined;
};

export const newHistory = (
  random: Random,
  organization: Organization,
  { cast, clients }: Awaited<ReturnType<typeof castOf>>,
) => {
  const { agents, servers } = organization;
  const scene = exchangeScene({ maxDepth: organization.maxDepth, ttl: organization.seconds, cast });
  for (const { client, grant } of clients) {
    scene.clients.map.set(client.id, client);
    scene.grants.set(grant.id, { ...grant, createdAt: START, expiresAt: START + 100_000 });
  }
  const model = derivationsModel(organization);
  const ids = agents.map(({ id }) => id);
  const some = <T>(from: readonly T[], probability = 0.5): readonly T[] =>
    from.filter(() => random.chance(probability));
  // One agent is trusted widely, or few histories get deep; in some of them most of what happens is handing on.
  const trusted = random.pick(ids);
  const isClimb = random.chance(0.35);
  const tokens: Known[] = [];

  const fromClient = (): void => {
    const first = isClimb || random.chance(0.6) ? trusted : random.pick(ids);
    const server = random.chance(0.3) ? HUB : `https://${first}.example`;
    const client = random.integer(organization.clients.length);
    const now = scene.clock.now();
    const signIn = { at: now - random.integer(900), multiFactor: random.chance(0.6) };
    const details = server === HUB ? some(organization.clients[client]?.details[HUB] ?? [], 0.8) : [];
    const scope = server === HUB ? ['call', ...some(['read'], 0.8)] : ['call'];
    const expiresAt = now + 3000;
    tokens.push({
      value: scene.addToken({
        audience: server,
        scope,
        details: details.map(nested),
        expiresAt,
        clientId: `app_${client + 1}`,
        grant: `grt_${client + 1}`,
        assurance: { acr: signIn.multiFactor ? MULTI_FACTOR : SINGLE_FACTOR, amr: ['pwd'], authTime: signIn.at },
      }),
      model: {
        path: [],
        client,
        audience: server,
        scope,
        details,
        expiresAt,
        consent: undefined,
        isForCalls: false,
        signIn,
        maxUses: Number.POSITIVE_INFINITY,
      },
    });
  };

  /** Whether the person means calls of one app, and of which. */
  const someApp = (): number | undefined =>
    random.chance(0.6) ? random.integer(organization.clients.length) : undefined;
  const viaOf = (calling: number | undefined) => (calling === undefined ? {} : { via: `app_${calling + 1}` });

  const consent = async (
    root: string,
    server: ModelServer,
    { isWide = false, calling = undefined as number | undefined } = {},
  ): Promise<void> => {
    const now = scene.clock.now();
    const target = server.identifier;
    if (model.consentOf(root, target, now, calling)) return;
    const all = Object.keys(server.scopes);
    const scope = isWide || random.chance(0.7) ? all : some(all);
    const details = unique(detailsNear(random, server, random.pick(organization.clients).details[target] ?? []));
    if (scope.length + details.length === 0) return;
    const given = {
      expiresAt: now + (isWide ? 3000 : 1) + random.integer(4000),
      agents: isWide || random.chance(0.8) ? ids : some(ids),
      depth: isWide || random.chance(0.7) ? organization.maxDepth : random.integer(organization.maxDepth),
    };
    await scene.consent(root, target, scope, {
      expiresAt: given.expiresAt,
      delegableTo: { agents: given.agents, depth: given.depth },
      details: details.map(nested),
      ...viaOf(calling),
    });
    model.consent(root, target, { scope, details, ...given }, calling);
  };

  const consentForCalls = async (root: string, server: ModelServer): Promise<void> => {
    const calling = someApp();
    if (calling !== undefined) await consent(root, server, { calling });
  };

  /** The person decides about all that the agent holds there once more, and gives less. */
  const narrow = async (
    root: string,
    { identifier: target, types }: ModelServer,
    calling: number | undefined,
  ): Promise<void> => {
    const now = scene.clock.now();
    const held = model.consentOf(root, target, now, calling);
    if (!held) return;
    const less = {
      scope: some(held.scope, 0.8),
      details: unique(
        held.details.map((detail) => {
          const type = types.find(({ name }) => name === detail.type);
          return type && random.chance(0.8) ? (random.chance(0.7) ? detail : newDetail(random, type)) : undefined;
        }),
      ),
      agents: some(held.agents, 0.9),
      depth: Math.max(0, held.depth - random.integer(2)),
      expiresAt: random.chance(0.5) ? held.expiresAt : Math.min(held.expiresAt, now + 1 + random.integer(400)),
    };
    if (less.scope.length + less.details.length === 0) return;
    await scene.delegations.recordConsent({
      subject: 'acc_anna',
      actor: root,
      resource: target,
      asked: held.scope,
      scope: less.scope,
      askedDetails: held.details.map(nested),
      details: less.details.map(nested),
      expiresAt: less.expiresAt,
      delegableTo: { agents: less.agents, depth: less.depth },
      by: 'acc_anna',
      ...viaOf(calling),
    });
    model.narrow(root, target, less, calling);
  };

  const revoke = async (root: string, { identifier }: ModelServer, calling: number | undefined): Promise<void> => {
    const row = await scene.delegations.consented('acc_anna', root, identifier, viaOf(calling).via);
    if (row) await scene.delegations.revoke(row.id, 'acc_anna');
    model.revoke(root, identifier, calling);
  };

  /** Mostly one with delegations below it: the longest chain of late. */
  const someConsent = (): readonly [string, ModelServer] => {
    const [longest] = tokens
      .slice(-REMEMBERED)
      .toSorted((one, other) => other.model.path.length - one.model.path.length);
    const root = longest?.model.path.at(-1);
    const at = servers.find(({ identifier }) => identifier === longest?.model.audience);
    if (root !== undefined && at && random.chance(0.7)) return [root, at];
    return [random.chance(0.5) ? trusted : random.pick(ids), random.pick(servers)];
  };

  const hub = servers.find(({ identifier }) => identifier === HUB) as ModelServer;

  /** The longest chain goes on by one. */
  const climb = (): Attempted | undefined => {
    const live = tokens.filter(({ model: token }) => token.expiresAt > scene.clock.now());
    const parent = live.toSorted((one, other) => other.model.path.length - one.model.path.length)[0];
    const others = agents.filter(
      ({ id, at }) => at.includes(parent?.model.audience ?? '') && id !== parent?.model.path[0],
    );
    if (!parent || others.length === 0) return undefined;
    return { caller: random.pick(others).id, parent, target: hub, scope: undefined, details: undefined };
  };

  /** Details by name: near what one of those who must hold them holds. */
  const detailsFor = (target: ModelServer, parent: ModelToken, root: string): FlatDetails | undefined => {
    if (target.types.length === 0 || random.chance(0.45)) return undefined;
    const holders = [
      parent.audience === target.identifier ? parent.details : [],
      model.consentOf(root, target.identifier, scene.clock.now())?.details ?? [],
      model.consentOf(root, target.identifier, scene.clock.now(), parent.client)?.details ?? [],
      organization.clients[parent.client]?.details[target.identifier] ?? [],
    ].filter(({ length }) => length > 0);
    const asked = detailsNear(random, target, holders.length === 0 ? [] : random.pick(holders));
    return asked.length === 0 ? undefined : asked;
  };

  return {
    scene,
    model,
    tokens,

    async begin(): Promise<void> {
      if (isClimb) await consent(trusted, hub, { isWide: true });
      for (const server of servers) if (random.chance(0.9)) await consent(trusted, server);
      for (let step = 0; step < servers.length; step += 1) await consent(random.pick(ids), random.pick(servers));
      for (const server of servers) await consentForCalls(random.chance(0.7) ? trusted : random.pick(ids), server);
      fromClient();
    },

    /** What people and time do between two exchanges. */
    async between(): Promise<void> {
      if (random.chance(0.08)) fromClient();
      if (random.chance(0.1)) await consent(random.pick(ids), random.pick(servers));
      if (random.chance(0.05)) await consentForCalls(random.pick(ids), random.pick(servers));
      if (random.chance(0.03)) scene.clock.advance(1 + random.integer(isClimb ? 100 : 400));
      if (random.chance(isClimb ? 0.01 : 0.04)) await narrow(...someConsent(), someApp());
      if (random.chance(0.01)) await revoke(...someConsent(), someApp());
    },

    /** Who asks for what next. */
    next(): Attempted {
      const climbing = isClimb && random.chance(0.5) ? climb() : undefined;
      if (climbing) return climbing;
      const parent = random.chance(0.4) ? (tokens.at(-1) as Known) : random.pick(tokens.slice(-REMEMBERED));
      const caller = callerOf(random, organization, parent.model);
      const identifier =
        random.chance(0.4) && parent.model.path.length > 0 ? random.pick(random.pick(agents).at) : undefined;
      const target =
        servers.find((server) => server.identifier === identifier) ??
        random.pick(random.chance(0.7) ? servers.filter(({ types }) => types.length > 0).concat(hub) : servers);
      const names = random.chance(0.5) ? [] : some([...Object.keys(target.scopes), 'admin', '*']);
      return {
        caller,
        parent,
        target,
        scope: names.length === 0 ? undefined : names,
        details: detailsFor(target, parent.model, parent.model.path.at(-1) ?? caller),
      };
    },
  };
};

/** One to three: mostly near one that is held, sometimes the very same, sometimes any. */
const detailsNear = (random: Random, { types }: ModelServer, held: FlatDetails): FlatDetails => {
  if (types.length === 0) return [];
  return Array.from({ length: 1 + random.integer(3) }, () => {
    const from = held.length > 0 && random.chance(0.9) ? random.pick(held) : undefined;
    const type = types.find(({ name }) => name === from?.type) ?? random.pick(types);
    if (!from) return newDetail(random, type);
    return random.chance(0.25) ? from : nearDetail(random, type, from);
  });
};

/** Mostly a client that may use the token at all: its holder, or the agent it was made for. */
const callerOf = (random: Random, { agents }: Organization, { path, audience }: ModelToken): string => {
  const [holder] = path;
  const receiver = random.pick([undefined, ...agents.filter(({ at }) => at.includes(audience))])?.id;
  if (receiver !== undefined && random.chance(0.75)) return receiver;
  return holder !== undefined && random.chance(0.9) ? holder : random.pick(agents).id;
};

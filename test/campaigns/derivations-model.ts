/**
 * What a derivation may give, said a second time and differently: as a yes or no to each scope, over paths of actors
 * instead of rows, layers and Cedar. Shares no code with the server. `derivations.ts` compares the two.
 */

export type Risk = 'low' | 'medium' | 'high' | 'critical';
type Scopes = Readonly<Record<string, readonly string[]>>;

/** One policy: every condition that is there must hold. */
export type Rule = {
  readonly effect: 'permit' | 'forbid';
  readonly risks?: readonly Risk[];
  readonly environments?: readonly string[];
  readonly agent?: string;
  readonly blueprint?: string;
  readonly group?: string;
  readonly server?: string;
  readonly deepest?: number;
  readonly maxSeconds?: number;
  readonly approval?: boolean;
};

export type ModelAgent = {
  readonly id: string;
  readonly environment: string;
  /** Identifiers of the servers it is registered as. */
  readonly at: readonly string[];
  readonly authority?: Scopes;
  readonly blueprint?: {
    readonly id: string;
    readonly authority?: Scopes;
    readonly approvals?: Scopes;
    readonly maxSeconds?: number;
  };
};

export type ModelServer = {
  readonly id: string;
  readonly identifier: string;
  readonly scopes: Readonly<Record<string, Risk>>;
  readonly environments?: readonly string[];
};

export type Organization = {
  readonly agents: readonly ModelAgent[];
  readonly servers: readonly ModelServer[];
  readonly client: { readonly authority?: Scopes };
  readonly person: { readonly entitlements?: Scopes; readonly groups: readonly string[] };
  /** What the person allowed the client. */
  readonly allowed: Scopes;
  readonly rules: readonly Rule[];
  readonly maxDepth: number;
  readonly seconds: number;
};

/** `path`: actors, outermost first; empty on a token of the client. */
export type ModelToken = {
  readonly path: readonly string[];
  readonly audience: string;
  readonly scope: readonly string[];
  readonly expiresAt: number;
  /** Which consent it comes from. */
  readonly consent: number;
};

type Consent = {
  readonly scope: readonly string[];
  readonly expiresAt: number;
  readonly agents: readonly string[];
  readonly depth: number;
};

/** Not naming a server is all of it for a limit that is absent, and nothing for one that is there. */
const allows = (limit: Scopes | undefined, server: string, scope: string): boolean => {
  if (limit === undefined) return true;
  return (limit[server] ?? []).some((held) => held === '*' || held === scope);
};

export const derivationsModel = (organization: Organization) => {
  const agents = new Map(organization.agents.map((agent) => [agent.id, agent]));
  const servers = new Map(organization.servers.map((server) => [server.identifier, server]));
  const consents: Consent[] = [];
  /** root and target → number of the consent that counts. */
  const current = new Map<string, number>();
  /** path, target and consent → what was handed on so far. */
  const handedOn = new Map<string, Set<string>>();

  const consentAt = (root: string, target: string, now: number): number | undefined => {
    const number = current.get(`${root} ${target}`);
    return number !== undefined && (consents[number] as Consent).expiresAt > now ? number : undefined;
  };

  const applies = (rule: Rule, agent: ModelAgent, server: ModelServer, risk: Risk, depth: number): boolean =>
    (rule.risks?.includes(risk) ?? true) &&
    (rule.environments?.includes(agent.environment) ?? true) &&
    (rule.agent === undefined || rule.agent === agent.id) &&
    (rule.blueprint === undefined || rule.blueprint === agent.blueprint?.id) &&
    (rule.group === undefined || organization.person.groups.includes(rule.group)) &&
    (rule.server === undefined || rule.server === server.id) &&
    (rule.deepest === undefined || depth <= rule.deepest);

  /** Seconds the policies let a token with this scope live; 0: not at all. */
  const bySecondsOfPolicy = (agent: ModelAgent, server: ModelServer, scope: string, depth: number): number => {
    const risk = server.scopes[scope] as Risk;
    const found = organization.rules.filter((rule) => applies(rule, agent, server, risk, depth));
    const permits = found.filter(({ effect }) => effect === 'permit');
    const isForbidden = found.some(({ effect }) => effect === 'forbid');
    if (permits.length === 0 || isForbidden || permits.some(({ approval }) => approval)) return 0;
    return Math.min(...permits.map(({ maxSeconds }) => maxSeconds ?? Number.POSITIVE_INFINITY));
  };

  const isInAgent = (agent: ModelAgent, server: ModelServer, scope: string): boolean =>
    allows(agent.authority, server.identifier, scope) &&
    allows(agent.blueprint?.authority, server.identifier, scope) &&
    !(agent.blueprint?.approvals && allows(agent.blueprint.approvals, server.identifier, scope)) &&
    (server.environments?.includes(agent.environment) ?? true);

  return {
    hasConsent: (root: string, target: string, now: number) => consentAt(root, target, now) !== undefined,
    consent(root: string, target: string, consent: Consent) {
      current.set(`${root} ${target}`, consents.length);
      consents.push({ ...consent, depth: Math.min(consent.depth, organization.maxDepth - 1) });
    },
    revoke: (root: string, target: string) => current.delete(`${root} ${target}`),

    /** The token that is given, or undefined for a no. */
    derive(
      callerId: string,
      token: ModelToken,
      target: string,
      asked: readonly string[] | undefined,
      now: number,
    ): ModelToken | undefined {
      const caller = agents.get(callerId) as ModelAgent;
      const server = servers.get(target);
      if (!server || token.expiresAt <= now) return undefined;
      // A token counts while the consent it comes from does.
      const root = token.path.at(-1);
      if (root !== undefined && consentAt(root, token.audience, now) !== token.consent) return undefined;
      const isOwn = token.path[0] === callerId;
      if (!isOwn && !caller.at.includes(token.audience)) return undefined;

      const isNewHop = token.path.length > 0 && !isOwn;
      const base = token.path.length === 0 ? [callerId] : token.path;
      const path = isNewHop ? [callerId, ...base] : base;
      const number = consentAt(base.at(-1) as string, target, now);
      if (number === undefined || path.length > organization.maxDepth) return undefined;
      const consent = consents[number] as Consent;
      const key = (of: readonly string[]) => `${of.join('<')} ${target} ${number}`;
      const held = base.length === 1 ? new Set(consent.scope) : handedOn.get(key(base));
      if (!held) return undefined;
      if (isNewHop && (!consent.agents.includes(callerId) || consent.depth < path.length - 1)) return undefined;

      const actors = [...new Set(path)].map((id) => agents.get(id) as ModelAgent);
      const seconds: number[] = actors.flatMap(({ blueprint }) => blueprint?.maxSeconds ?? []);
      const scope: string[] = [];
      for (const name of Object.keys(server.scopes).sort()) {
        const isGiven =
          (asked?.includes(name) ?? true) &&
          held.has(name) &&
          allows(organization.client.authority, target, name) &&
          (organization.allowed[target] ?? []).includes(name) &&
          allows(organization.person.entitlements, target, name) &&
          (token.audience !== target || token.scope.includes(name)) &&
          actors.every((actor) => isInAgent(actor, server, name));
        if (!isGiven) continue;
        const most = bySecondsOfPolicy(caller, server, name, path.length);
        if (most === 0) continue;
        scope.push(name);
        seconds.push(most);
      }
      if (scope.length === 0) return undefined;
      if (isNewHop) handedOn.set(key(path), new Set([...(handedOn.get(key(path)) ?? []), ...scope]));
      return {
        path,
        audience: target,
        scope,
        expiresAt: Math.min(token.expiresAt, consent.expiresAt, now + Math.min(organization.seconds, ...seconds)),
        consent: number,
      };
    },
  };
};

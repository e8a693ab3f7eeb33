/**
 * What a derivation may give, said a second time and differently: as a decision on each scope and detail, over paths of
 * actors instead of rows, layers and Cedar, and by what a value lets through instead of by rules between two values.
 * Shares no code with the server. `derivations.ts` compares the two.
 */
import * as World from './derivations-world.ts';

type Flat = World.FlatDetail;
type Details = readonly Flat[];
type Types = readonly World.DetailWords[];
const { numbers, paths, moments } = World.UNIVERSE;

/** The same text for the same value: members in order. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, it) => (it?.constructor === Object ? Object.fromEntries(Object.entries(it).sort()) : it));
const under = (path: string) => paths.filter((one) => one === path || one.startsWith(path.replace(/\/?$/, '/')));

/** What a value lets through. A list of nothing, and a path with two readings, are good for nothing but themselves. */
const letsThrough = (rule: World.MemberRule, value: unknown): readonly unknown[] => {
  if (rule === 'max') return numbers.filter((number) => number <= Number(value));
  if (rule === 'min') return numbers.filter((number) => number >= Number(value));
  if (rule === 'before') return moments.filter((moment) => moment <= Date.parse(String(value)));
  if (rule === 'after') return moments.filter((moment) => moment >= Date.parse(String(value)));
  const list = [value].flat() as readonly string[];
  if (rule === 'equal' || list.length === 0) return [textOf(value)];
  if (rule === 'subset') return list;
  return [...list.flatMap(under), ...(list.every((path) => paths.includes(path)) ? [] : [textOf(value)])];
};

/** No member of the child permits what its parent does not. */
export const isInside = ({ members }: World.DetailWords, child: Flat, parent: Flat): boolean =>
  Object.entries(child).every(([path, value]) => {
    if (path === 'type') return value === parent.type;
    const { rule, unlimited } = members[path] ?? {};
    if (!rule || !(path in parent)) return rule !== undefined && unlimited === true;
    const most = letsThrough(rule, parent[path]);
    return letsThrough(rule, value).every((each) => most.includes(each));
  });

export const unique = (details: readonly (Flat | undefined)[]): Details =>
  Array.from(new Map(details.flatMap((one) => (one ? [[textOf(one), one] as const] : []))).values());
const typeOf = (types: Types, detail: Flat) => types.find(({ name }) => name === detail.type);
const amountOf = (types: Types, detail: Flat) => detail[typeOf(types, detail)?.amount ?? ''] as number | undefined;

/** Each of `asked` completed by the very same of `held`, or else by the first around it that has its amount left. */
const within = (types: Types, asked: Details, held: Details): readonly (Flat | undefined)[] => {
  const left = held.map((parent) => amountOf(types, parent) ?? Number.POSITIVE_INFINITY);
  return asked.map((child) => {
    const type = typeOf(types, child);
    const around = [...held.entries()].flatMap(([index, parent]) => {
      const [both, isSame] = [{ ...parent, ...child }, textOf(parent) === textOf(child)];
      const rest = (left[index] ?? 0) - (amountOf(types, both) ?? 0);
      return type && isInside(type, child, parent) && rest >= 0 ? [{ index, both, rest, isSame }] : [];
    });
    const found = around.find(({ isSame }) => isSame) ?? around[0];
    if (found) left[found.index] = found.rest;
    return found?.both;
  });
};

/** Inside all of `holders` at once; `isWhole`: with nothing left out. */
const withinAll = (types: Types, asked: Details, holders: readonly Details[]) => {
  let [details, isWhole, before] = [unique(asked), true, ''];
  while (before !== details.map(textOf).join()) {
    before = details.map(textOf).join();
    for (const held of holders) {
      const found = within(types, details, held);
      isWhole &&= !found.includes(undefined);
      details = unique(found);
    }
  }
  return { details, isWhole };
};

/** What both hold: of either what is inside the other. */
const common = (types: Types, one: Details, other: Details): Details => {
  const found = within(types, one, other);
  const rest = one.filter((_, index) => found[index] === undefined);
  if (rest.length === 0) return unique(found);
  return withinAll(types, unique([...found, ...within(types, other, rest)]), [other, one]).details;
};

/** Not naming a server is all of it for a limit that is absent, and nothing for one that is there. */
const allows = (limit: World.Scopes | undefined, server: string, scope: string): boolean =>
  limit === undefined || (limit[server] ?? []).some((held) => held === '*' || held === scope);

export const derivationsModel = (world: World.Organization) => {
  const { agents, servers, clients, person, rules, maxDepth, seconds } = world;
  const consents: World.ModelConsent[] = [];
  /** root, target, and client in calls of which alone it counts → number of the consent that counts. */
  const current = new Map<string, number>();
  /** path, target and consent → what was handed on so far. */
  const handedOn = new Map<string, Pick<World.ModelConsent, 'scope' | 'details'>>();
  const agentOf = (id: string) => agents.find((agent) => agent.id === id) as World.ModelAgent;
  const placeOf = (root: string | undefined, target: string, calling?: number) =>
    `${root} ${target} ${calling ?? 'any'}`;
  const consentAt = (root: string | undefined, target: string, now: number, calling?: number): number | undefined => {
    const number = current.get(placeOf(root, target, calling)) ?? -1;
    return (consents[number]?.expiresAt ?? 0) > now ? number : undefined;
  };

  /** Whether this consent may be re-delegated along a path, the person's own agent last. */
  const isNamed = (path: readonly string[], consent: World.ModelConsent | undefined): boolean =>
    path.length < 2 ||
    (consent !== undefined &&
      consent.depth >= path.length - 1 &&
      path.slice(0, -1).every((agent) => consent.agents.includes(agent)));

  return {
    /** `calling`: the client in calls of which alone it counts. */
    consentOf: (root: string, target: string, now: number, calling?: number) =>
      consents[consentAt(root, target, now, calling) ?? -1],
    consent(root: string, target: string, consent: World.ModelConsent, calling?: number) {
      const number = consents.push({ ...consent, depth: Math.min(consent.depth, maxDepth - 1) }) - 1;
      current.set(placeOf(root, target, calling), number);
    },
    /** The person gives less than before. */
    narrow(root: string, target: string, less: Partial<World.ModelConsent>, calling?: number) {
      Object.assign(consents[current.get(placeOf(root, target, calling)) ?? -1] ?? {}, less);
    },
    revoke: (root: string, target: string, calling?: number) => current.delete(placeOf(root, target, calling)),

    /** The token that is given, or undefined for a denial. */
    derive(callerId: string, token: World.ModelToken, target: string, asked: World.Asked, now: number) {
      const caller = agentOf(callerId);
      const server = servers.find(({ identifier }) => identifier === target);
      const client = clients[token.client];
      if (!server || !client || token.expiresAt <= now) return undefined;
      const { types } = server;
      const scopes = Object.keys(server.scopes);
      // A token counts while the consent it comes from does, and names all it went through.
      const behind = token.isForCalls ? token.client : undefined;
      if (consentAt(token.path.at(-1), token.audience, now, behind) !== token.consent) return undefined;
      if (!isNamed(token.path, consents[token.consent ?? -1])) return undefined;
      const isOwn = token.path[0] === callerId;
      if (!isOwn && !caller.at.includes(token.audience)) return undefined;
      const isNewHop = token.path.length > 0 && !isOwn;
      const base = token.path.length === 0 ? [callerId] : token.path;
      const path = isNewHop ? [callerId, ...base] : base;
      // Whom the app called: what counts in its calls comes first. Further on it stays what it was.
      const ofCalls = consentAt(base.at(-1), target, now, token.client);
      const isForCalls = token.path.length === 0 ? ofCalls !== undefined : token.isForCalls;
      const number = isForCalls ? ofCalls : consentAt(base.at(-1), target, now);
      const consent = consents[number ?? -1];
      if (number === undefined || !consent || path.length > maxDepth) return undefined;
      if (!isNamed(path, consent)) return undefined;
      // What every actor between the caller and the subject holds here.
      const key = (of: readonly string[]) => `${of.join('<')} ${target} ${number}`;
      const hops = base.slice(0, -1).map((_, index) => handedOn.get(key(base.slice(index))));
      const rows = [...hops, consent].filter((row) => row !== undefined);
      if (rows.length < base.length) return undefined;

      const actors = [...new Set(path)].map(agentOf);
      if (actors.some(({ environment }) => server.environments?.includes(environment) === false)) return undefined;
      const ofActors = actors.map((one) => [one.authority, one.blueprint?.authority]);
      const rights = [client.skipsConsent ? [client.authority] : [], [person.entitlements], ...ofActors];
      const heldUp = actors.map(({ blueprint }) => blueprint?.approvals?.[target] ?? []);
      const isFree = (name: string, list: readonly string[]) => !list.includes('*') && !list.includes(name);
      const lives: number[] = actors.flatMap(({ blueprint }) => blueprint?.maxSeconds ?? []);
      const uses: number[] = [token.maxUses];
      const age = now - token.signIn.at;
      /** By every policy that applies. */
      const isPermitted = (about: World.Rule['about'], risk: World.Risk | undefined, amount?: number): boolean => {
        const found = rules.filter(
          (rule) =>
            (rule.about === undefined || rule.about === about) &&
            (rule.risks?.some((one) => one === risk) ?? true) &&
            (rule.environments?.includes(caller.environment) ?? true) &&
            (rule.agent === undefined || rule.agent === callerId) &&
            (rule.blueprint === undefined || rule.blueprint === caller.blueprint?.id) &&
            (rule.group === undefined || person.groups.includes(rule.group)) &&
            (rule.server === undefined || rule.server === server.id) &&
            (rule.deepest === undefined || path.length <= rule.deepest) &&
            (rule.atMost === undefined || (amount !== undefined && amount <= rule.atMost)),
        );
        const isTied = ({ effect, approval, multiFactor, freshSeconds = age }: World.Rule) =>
          effect === 'forbid' || approval || (multiFactor && !token.signIn.multiFactor) || age > freshSeconds;
        if (found.length === 0 || found.some(isTied)) return false;
        lives.push(...found.flatMap(({ maxSeconds }) => maxSeconds ?? []));
        return uses.push(...found.flatMap(({ maxUses }) => maxUses ?? [])) >= 0;
      };

      const scope = scopes.filter(
        (name) =>
          (asked.scope?.includes(name) ?? true) &&
          rows.every((row) => row.scope.includes(name)) &&
          (isForCalls || (client.allowed[target] ?? []).includes(name)) &&
          (token.audience !== target || token.scope.includes(name)) &&
          rights.flat().every((limit) => allows(limit, target, name)) &&
          heldUp.every((list) => isFree(name, list)) &&
          isPermitted('scope', server.scopes[name]),
      );
      const holders = [...(token.audience === target ? [token] : []), ...rows].map(({ details }) => details);
      const all = isForCalls ? holders : [...holders, client.details[target] ?? []];
      const inside = withinAll(types, asked.details ?? all.reduce((one, other) => common(types, one, other)), all);
      // Rights name no details, but a client with none at all at this server has none to these either.
      const isAny =
        heldUp.every((list) => list.length === 0 || scopes.some((name) => isFree(name, list))) &&
        rights.every((of) => [...scopes, '*'].some((name) => of.every((limit) => allows(limit, target, name))));
      const details = inside.details.filter(
        (detail) =>
          isAny &&
          actors.every(({ blueprint }) => blueprint?.detailTypes?.includes(detail.type) ?? true) &&
          isPermitted('detail', typeOf(types, detail)?.risk, amountOf(types, detail)),
      );
      // Details that are named are given as a whole; of scope what is left is enough, but it is something.
      if (asked.details && !(inside.isWhole && details.length === inside.details.length)) return undefined;
      if (scope.length === 0 && (asked.scope !== undefined || details.length === 0)) return undefined;
      const before = handedOn.get(key(path)) ?? { scope: [], details: [] };
      const more = unique([...before.details, ...details]);
      if (isNewHop) handedOn.set(key(path), { scope: [...before.scope, ...scope], details: more });
      const expiresAt = Math.min(token.expiresAt, consent.expiresAt, now + Math.min(seconds, ...lives));
      const maxUses = Math.min(...uses);
      const held = { scope: scope.sort(), details, expiresAt, maxUses };
      return { ...token, path, audience: target, ...held, consent: number, isForCalls };
    },
  };
};

/**
 * What an exchange may give, said a second time and differently: by paths of actors instead of rows.
 * `exchange.property.test.ts` compares the two over random histories.
 */
type Consent = {
  readonly scope: readonly string[];
  readonly expiresAt: number;
  readonly agents: readonly string[];
  readonly depth: number;
  readonly generation: number;
};
/** `path`: actors, outermost first; empty on a token of the person's app. */
export type ModelToken = {
  readonly path: readonly string[];
  readonly audience: string;
  readonly scope: readonly string[];
  readonly expiresAt: number;
  readonly generation: number;
};
type World = {
  readonly maxDepth: number;
  readonly ttl: number;
  readonly declared: Readonly<Record<string, readonly string[]>>;
  readonly grant: Readonly<Record<string, readonly string[]>>;
  readonly registeredAs: Readonly<Record<string, string>>;
};

export const referenceModel = ({ maxDepth, ttl, declared, grant, registeredAs }: World) => {
  const consents = new Map<string, Consent>();
  const hops = new Map<string, Set<string>>();
  let generation = 0;
  const key = (root: string, target: string) => `${root} ${target}`;
  const hopKey = (path: readonly string[], target: string, of: number) => `${path.join('<')} ${target} ${of}`;

  return {
    has: (actor: string, target: string, now: number) => (consents.get(key(actor, target))?.expiresAt ?? 0) > now,
    consent(actor: string, target: string, consent: Omit<Consent, 'generation'>) {
      generation += 1;
      consents.set(key(actor, target), { ...consent, depth: Math.min(consent.depth, maxDepth - 1), generation });
    },
    revoke: (actor: string, target: string) => consents.delete(key(actor, target)),

    exchange(
      caller: string,
      token: ModelToken,
      target: string,
      asked: readonly string[] | undefined,
      now: number,
    ): ModelToken | undefined {
      const root = token.path.at(-1);
      const behind = root && consents.get(key(root, token.audience));
      if (token.expiresAt <= now) return undefined;
      if (root && (!behind || behind.expiresAt <= now || behind.generation !== token.generation)) return undefined;
      if (token.path[0] !== caller && token.audience !== registeredAs[caller]) return undefined;
      const isNewHop = token.path.length > 0 && token.path[0] !== caller;
      const base = token.path.length === 0 ? [caller] : token.path;
      const path = isNewHop ? [caller, ...base] : base;
      const consent = consents.get(key(base.at(-1) as string, target));
      if (!consent || consent.expiresAt <= now || path.length > maxDepth) return undefined;
      const holds = base.length === 1 ? new Set(consent.scope) : hops.get(hopKey(base, target, consent.generation));
      if (!holds) return undefined;
      // Hop n below the first needs n in hand, and every agent on the way named.
      if (isNewHop && (!consent.agents.includes(caller) || consent.depth < path.length - 1)) return undefined;
      const scope = (declared[target] ?? []).filter(
        (name) =>
          (asked ?? [name]).includes(name) &&
          grant[target]?.includes(name) &&
          holds.has(name) &&
          (token.audience !== target || token.scope.includes(name)),
      );
      if (scope.length === 0) return undefined;
      if (isNewHop) {
        const hop = hopKey(path, target, consent.generation);
        hops.set(hop, new Set([...(hops.get(hop) ?? []), ...scope]));
      }
      const expiresAt = Math.min(token.expiresAt, consent.expiresAt, now + ttl);
      return { path, audience: target, scope: scope.sort(), expiresAt, generation: consent.generation };
    },
  };
};

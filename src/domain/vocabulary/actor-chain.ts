/**
 * The actor chain in the `act` claim (RFC 8693 §4.1): the outermost actor acts now, nested actors acted before. Only
 * this server writes it; no part of it ever comes from input (invariant 3). `iss` names the namespace of `sub`;
 * `sub_profile` names the kind of entity (OAuth Actor Profile).
 */
export type ActorChain = {
  readonly sub: string;
  readonly iss: string;
  readonly sub_profile: 'ai_agent';
  readonly act?: ActorChain;
};

/** The chain after `agent` takes over from `inbound`, which is nested unchanged. */
export const extendChain = (agent: string, issuer: string, inbound?: ActorChain): ActorChain => ({
  sub: agent,
  iss: issuer,
  sub_profile: 'ai_agent',
  ...(inbound ? { act: inbound } : {}),
});

/** The actors in another domain, as that domain states them. For information only: no decision uses them. */
export type ForeignActor = {
  readonly sub: string;
  readonly iss: string;
  readonly sub_profile?: string;
  readonly act?: ForeignActor;
};

/** The claim `act` of a token derived from a token of another domain: actors of this server are outermost. */
export const actClaim = (
  chain: ActorChain | undefined,
  foreign: ForeignActor | undefined,
): ActorChain | ForeignActor | undefined => {
  if (!chain || !foreign) return chain ?? foreign;
  return { ...chain, act: actClaim(chain.act, foreign) } as ForeignActor;
};

/** Ids from the outermost actor inwards. */
export const actorsOf = (chain: ActorChain | undefined): readonly string[] => {
  const actors: string[] = [];
  for (let link = chain; link; link = link.act) actors.push(link.sub);
  return actors;
};

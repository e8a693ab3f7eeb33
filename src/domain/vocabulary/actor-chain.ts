/**
 * The actor chain as the `act` claim carries it (RFC 8693 §4.1): outermost is who acts now, nested
 * are those before. Written by us only; no part of it ever comes from input (invariant 3).
 * `iss` names the namespace of `sub`; `sub_profile` says what kind of entity it is (OAuth Actor Profile).
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

/** Who acted in another domain, as that domain says. For information: nothing here is decided by it. */
export type ForeignActor = {
  readonly sub: string;
  readonly iss: string;
  readonly sub_profile?: string;
  readonly act?: ForeignActor;
};

/** The claim `act` of a token that came out of another domain: ours act outermost. */
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

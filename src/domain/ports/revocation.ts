/** A piece of what a token, grant, delegation or session hangs on: whom it is about, whom it came through, and since when. */
export type Part = {
  /** Account on whose behalf. */
  readonly subject?: string | undefined;
  /** Clients and agents it came through. An agent hangs on its owner as well. */
  readonly parties?: readonly string[] | undefined;
  /** Owner of the only party, an agent, where the caller has just read it; else it is read here. */
  readonly owner?: string | undefined;
  readonly delegation?: string | undefined;
  readonly token?: string | undefined;
  /** `kid` of the key that signed it. */
  readonly key?: string | undefined;
  /** When it was made, epoch seconds. Absent: it is about to be made, so only a kill that stands is in its way. */
  readonly since?: number | undefined;
  /** How often the agents among the parties had changed hands when it was made (agents/ownership.ts). Absent: not asked. */
  readonly ownership?: number | undefined;
  /** When the person last said yes to who answers for the agents among the parties, epoch seconds. Absent: not asked. */
  readonly consentedAt?: number | undefined;
};

/** `handed_over`: an agent it came through has changed hands since, or no member of its group is left from then. */
export type KillEnd = 'killed' | 'before_epoch' | 'handed_over';

/** Answers which kills, epochs and hand-overs end what is made of parts. Throws StoreUnavailable when that cannot be read: unknown is no. */
export interface Revocation {
  /**
   * Whether a kill or an epoch ended what is made of `parts`; undefined: it counts. `isAdministration`: an
   * administrator's client that acts for itself at the management API. A kill of `all` leaves it the means to
   * see, to kill and to lift; what it held before is over like everything else.
   */
  ended(parts: readonly Part[], isAdministration?: boolean): Promise<KillEnd | undefined>;
  /** Of each part, whether only a change of hands ended it. */
  inOtherHands(parts: readonly Part[]): Promise<readonly boolean[]>;
  /**
   * From which second on people have to have said yes to an agent, so that they said it to its present owner. 0:
   * whenever they did, as far as the number `ownership` lets it count. Infinity: no account owns it.
   */
  handsFrom(agent: string): Promise<number>;
  /** Of a group, from which second on; Infinity: the group has no members. */
  heldSince(group: string): Promise<number>;
  /** To be called before an agent changes owner: what it holds does not outlive a kill of the former one. */
  handOver(agent: string, from: string, now: number): Promise<void>;
}

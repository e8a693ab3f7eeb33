/** A part on which a token, grant, delegation or session depends: its subject, its parties, and its time of creation. */
export type Part = {
  /** Account on whose behalf the parties act. */
  readonly subject?: string | undefined;
  /** Clients and agents of its chain. An agent depends on its owner as well. */
  readonly parties?: readonly string[] | undefined;
  /** Owner of the only party, an agent, if the caller has just read it. Otherwise the check reads it. */
  readonly owner?: string | undefined;
  readonly delegation?: string | undefined;
  readonly token?: string | undefined;
  /** `kid` of the key that signed it. */
  readonly key?: string | undefined;
  /** Creation time, epoch seconds. Absent: the part is about to be created, so only a standing kill applies. */
  readonly since?: number | undefined;
  /** How often the agents among the parties had changed owner at its creation (agents/ownership.ts). Absent: not checked. */
  readonly ownership?: number | undefined;
  /** When the person last approved the owner of the agents among the parties, epoch seconds. Absent: not checked. */
  readonly consentedAt?: number | undefined;
};

/** `handed_over`: an agent of its chain has changed owner since, or its owning group has no member left from then. */
export type KillEnd = 'killed' | 'before_epoch' | 'handed_over';

/**
 * Checks kills, epochs and hand-overs, which end everything that depends on a part. Fails closed: throws
 * StoreUnavailable when they cannot be read.
 */
export interface Revocation {
  /**
   * Whether a kill, an epoch or a hand-over ended what depends on `parts`. Undefined: it is live. `isAdministration`:
   * an administrator's client that acts for itself at the management API. After a kill of `all` it can still read, kill
   * and lift. What it held before has ended like everything else.
   */
  ended(parts: readonly Part[], isAdministration?: boolean): Promise<KillEnd | undefined>;
  /** For each part, whether only a change of owner ended it. */
  inOtherHands(parts: readonly Part[]): Promise<readonly boolean[]>;
  /**
   * The second from which a person's approval of an agent refers to its current owner. 0: any time, if the number
   * `ownership` also matches. Infinity: no account owns it.
   */
  handsFrom(agent: string): Promise<number>;
  /** The same for a group; Infinity: the group has no members. */
  heldSince(group: string): Promise<number>;
  /** Call it before an agent changes owner, so that what the agent holds does not outlive a kill of the former owner. */
  handOver(agent: string, from: string, now: number): Promise<void>;
}

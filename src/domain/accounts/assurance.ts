/**
 * How surely a person proved who it is. The classes of OpenID Connect Core §2 (`acr`) that this server knows, weakest
 * first; which factors there were is `amr` (RFC 8176).
 */

export const SINGLE_FACTOR = 'urn:behalf:acr:single-factor';
export const MULTI_FACTOR = 'urn:behalf:acr:multi-factor';

const CLASSES: readonly string[] = [SINGLE_FACTOR, MULTI_FACTOR];

/** What a sign-in here can reach. */
export const REACHABLE: readonly string[] = [SINGLE_FACTOR];

export type Assurance = {
  readonly acr?: string;
  readonly amr: readonly string[];
  /** Epoch seconds: `auth_time`. */
  readonly authTime: number;
};

/** Whether a sign-in of this class is as good as the one that is wanted. A class we do not know is good for itself only. */
export const satisfiesAcr = (acr: string | undefined, wanted: string): boolean => {
  if (acr === wanted) return true;
  const rank = CLASSES.indexOf(wanted);
  return rank >= 0 && CLASSES.indexOf(acr ?? '') >= rank;
};

/** Whether some sign-in here can satisfy it. */
export const isReachable = (wanted: string): boolean => REACHABLE.some((acr) => satisfiesAcr(acr, wanted));

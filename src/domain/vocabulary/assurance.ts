/**
 * How surely a person proved who it is. The classes of OpenID Connect Core §2 (`acr`) that this server knows, weakest
 * first; which factors there were is `amr` (RFC 8176).
 */

export const SINGLE_FACTOR = 'urn:behalf:acr:single-factor';
export const MULTI_FACTOR = 'urn:behalf:acr:multi-factor';

/** The person signed in at another provider, for this. RFC 8176 has no word for it. */
export const UPSTREAM = 'urn:behalf:amr:upstream';
/** The person was signed in at another provider already, or it does not say since when. */
export const UPSTREAM_SESSION = 'urn:behalf:amr:upstream-session';

/** What a code proves, as `amr` says it. RFC 8176 has no word for one on paper. */
export const BY_CODE = { totp: 'otp', recovery: 'urn:behalf:amr:recovery-code' } as const;
/** Whatever of these is among `amr` was proven here. */
const PROVEN_HERE: ReadonlySet<string> = new Set([...Object.values(BY_CODE), 'hwk', 'swk']);

const CLASSES: readonly string[] = [SINGLE_FACTOR, MULTI_FACTOR];

/** What sign-ins here can reach, for somebody who has a second factor. */
export const REACHABLE: readonly string[] = CLASSES;

/** What a sign-in of one account can reach. */
export const reachableWith = (hasFactor: boolean): readonly string[] => (hasFactor ? REACHABLE : [SINGLE_FACTOR]);

export type Assurance = {
  readonly acr?: string;
  readonly amr: readonly string[];
  /** Epoch seconds: `auth_time`. */
  readonly authTime: number;
};

/**
 * Whether nobody here knows when the person last proved anything: who was signed in elsewhere may have been for days,
 * whatever `authTime` says. A factor that was proven here after it is from then or later.
 */
export const isOfUnknownAge = (amr: readonly string[]): boolean =>
  amr.includes(UPSTREAM_SESSION) && !amr.some((method) => PROVEN_HERE.has(method));

/** Whether a sign-in of this class is as good as the one that is wanted. A class we do not know is good for itself only. */
export const satisfiesAcr = (acr: string | undefined, wanted: string): boolean => {
  if (acr === wanted) return true;
  const rank = CLASSES.indexOf(wanted);
  return rank >= 0 && CLASSES.indexOf(acr ?? '') >= rank;
};

/** Whether some sign-in can satisfy it: of anybody here, or of whoever reaches `reachable`. */
export const isReachable = (wanted: string, reachable: readonly string[] = REACHABLE): boolean =>
  reachable.some((acr) => satisfiesAcr(acr, wanted));

/**
 * A sign-in to which one more factor was added. Its time stays that of the first: what was proven then was not proven
 * again (OpenID Connect Core §2, `auth_time`).
 */
export const withFactor = ({ amr, authTime }: Assurance, added: readonly string[]): Assurance => ({
  acr: MULTI_FACTOR,
  amr: [...new Set([...amr, ...added])],
  authTime,
});

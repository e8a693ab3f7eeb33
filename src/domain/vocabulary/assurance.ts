/**
 * Assurance of a sign-in. The classes of OpenID Connect Core §2 (`acr`) that this server knows, weakest first; `amr` lists
 * the factors (RFC 8176).
 */

export const SINGLE_FACTOR = 'urn:behalf:acr:single-factor';
export const MULTI_FACTOR = 'urn:behalf:acr:multi-factor';

/** The person signed in at another provider for this request. RFC 8176 has no value for it. */
export const UPSTREAM = 'urn:behalf:amr:upstream';
/** The person was already signed in at another provider, or that provider does not state since when. */
export const UPSTREAM_SESSION = 'urn:behalf:amr:upstream-session';

/** The `amr` values of codes. RFC 8176 has none for a code on paper. */
export const BY_CODE = { totp: 'otp', recovery: 'urn:behalf:amr:recovery-code' } as const;
/** Values of `amr` that were proven here. */
const PROVEN_HERE: ReadonlySet<string> = new Set([...Object.values(BY_CODE), 'hwk', 'swk']);

const CLASSES: readonly string[] = [SINGLE_FACTOR, MULTI_FACTOR];

/** Classes that sign-ins can reach here with a second factor. */
export const REACHABLE: readonly string[] = CLASSES;

/** Classes that sign-ins of one account can reach. */
export const reachableWith = (hasFactor: boolean): readonly string[] => (hasFactor ? REACHABLE : [SINGLE_FACTOR]);

export type Assurance = {
  readonly acr?: string;
  readonly amr: readonly string[];
  /** Epoch seconds: `auth_time`. */
  readonly authTime: number;
};

/**
 * Whether the age of the proof is unknown here: a session at another provider may have lasted for days, although
 * `authTime` is recent. A factor proven here afterwards is not older than `authTime`.
 */
export const isOfUnknownAge = (amr: readonly string[]): boolean =>
  amr.includes(UPSTREAM_SESSION) && !amr.some((method) => PROVEN_HERE.has(method));

/** Whether a sign-in of this class satisfies the wanted class. An unknown class satisfies only itself. */
export const satisfiesAcr = (acr: string | undefined, wanted: string): boolean => {
  if (acr === wanted) return true;
  const rank = CLASSES.indexOf(wanted);
  return rank >= 0 && CLASSES.indexOf(acr ?? '') >= rank;
};

/** Whether a sign-in can satisfy the class: one of any account here, or one that reaches `reachable`. */
export const isReachable = (wanted: string, reachable: readonly string[] = REACHABLE): boolean =>
  reachable.some((acr) => satisfiesAcr(acr, wanted));

/**
 * A sign-in with one more factor. It keeps its time, since the person did not prove the first factor again (OpenID
 * Connect Core §2, `auth_time`).
 */
export const withFactor = ({ amr, authTime }: Assurance, added: readonly string[]): Assurance => ({
  acr: MULTI_FACTOR,
  amr: [...new Set([...amr, ...added])],
  authTime,
});

/**
 * Names of cookies (decision D21): `__Host-` for cookies of the whole origin, `__Secure-` for those that oidc-provider scopes
 * to a path. Plain names on loopback http, where browsers refuse prefixes.
 */
export type CookieNames = {
  readonly session: string;
  readonly interaction: string;
  readonly resume: string;
  readonly signIn: string;
  /** Sealed states of a browser (browser-state.ts): a prompt, its answer, and a session without a signed-in user. */
  readonly interactionState: string;
  readonly resumeState: string;
  readonly guest: string;
};

export const cookieNames = (issuer: string): CookieNames => {
  const [host, secure] = issuer.startsWith('https:') ? ['__Host-', '__Secure-'] : ['', ''];
  return {
    session: `${host}behalf_session`,
    interaction: `${secure}behalf_interaction`,
    resume: `${secure}behalf_resume`,
    signIn: `${secure}behalf_sign_in`,
    interactionState: `${secure}behalf_interaction_state`,
    resumeState: `${secure}behalf_resume_state`,
    guest: `${host}behalf_guest`,
  };
};

/** Options of the session cookie: for the whole origin, unavailable to scripts and to cross-site requests. */
export const SESSION_COOKIE = { httpOnly: true, sameSite: 'lax', overwrite: true, signed: true, path: '/' } as const;

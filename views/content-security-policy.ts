/** What a page may do besides text, our style sheet and forms to ourselves. */
export type PagePolicy = {
  /**
   * Validated redirect URIs of the request in progress, or empty. Browsers apply `form-action` to every
   * redirect that follows a POST, so the page before the last redirect has to name its target
   * (w3c/webappsec #482). An http(s) URI adds its origin, a native one its scheme.
   */
  readonly formTargets: readonly string[];
  /** Whether the page links a script of ours. */
  readonly scripts: boolean;
  /** Whether that script calls this server. */
  readonly connects?: boolean;
};

/** Value of the Content-Security-Policy header of a page. A target that cannot be written safely is left out. */
export const pageCsp = ({ formTargets, scripts, connects = false }: PagePolicy): string => {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    ...(scripts ? ["script-src 'self'"] : []),
    ...(connects ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    formAction(formTargets),
  ].join('; ');
};

/** The directive of that header that says where forms may lead; for pages whose other directives are not ours. */
export const formAction = (formTargets: readonly string[]): string => {
  const targets = [...new Set(formTargets.map(formTarget))].filter((target) => target !== undefined);
  return ['form-action', "'self'", ...targets].join(' ');
};

/** Schemes by which a form could run script or leave the browser with its content. */
const NEVER: readonly string[] = ['javascript:', 'data:', 'vbscript:', 'blob:', 'filesystem:', 'file:', 'about:'];

const formTarget = (redirectUri: string): string | undefined => {
  if (!URL.canParse(redirectUri)) return undefined;
  const { protocol, host, hostname } = new URL(redirectUri);
  if (NEVER.includes(protocol)) return undefined;
  if (protocol !== 'http:' && protocol !== 'https:') return protocol;
  // A host-source cannot hold an IPv6 address (CSP3 §2.3.1), so the loopback one is permitted by scheme.
  if (hostname === '[::1]') return protocol;
  // URL hosts may hold `;` and `,`, which would end the directive.
  return /^[a-z0-9.-]+(:[0-9]{1,5})?$/.test(host) ? `${protocol}//${host}` : undefined;
};

/**
 * The hosts from which client metadata documents are accepted, and what the documents may make the server
 * fetch.
 */
export type DocumentPolicy = {
  readonly isEnabled: boolean;
  isAccepted(id: string): boolean;
  /** Whether the settings allow fetching a document, or the keys it refers to, from this URL. */
  mayFetch(url: string): boolean;
};

type Settings = {
  readonly isEnabled: boolean;
  /** Hosts, or `host:port`, whose documents are accepted; empty: every public one. */
  readonly hosts: readonly string[];
  /** Non-public hosts from which documents may be fetched. */
  readonly internalHosts: readonly string[];
  /**
   * An http issuer. Any other server fetches nothing from its own machine, even from a listed host (draft-02,
   * loopback exception).
   */
  readonly isDevelopment: boolean;
};

/**
 * Any caller can name a client_id. An internal host that is allowed for keys of an issuer is therefore not allowed
 * here: it must be listed here as well.
 */
export const documentPolicy = ({ isEnabled, hosts, internalHosts, isDevelopment }: Settings): DocumentPolicy => {
  const listed = new Set(hosts.map((host) => host.toLowerCase()));
  const internal = new Set(internalHosts.map((host) => host.toLowerCase()));
  const mayFetch = (url: string): boolean => {
    const { host, hostname } = new URL(url);
    if (!isDevelopment && isLoopback(hostname)) return false;
    return listed.has(host) || !internal.has(host);
  };
  return {
    isEnabled,
    mayFetch,
    isAccepted(id) {
      if (!isEnabled || !URL.canParse(id)) return false;
      return mayFetch(id) && (listed.size === 0 || listed.has(new URL(id).host));
    },
  };
};

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || hostname.startsWith('127.');

/** Of which hosts client metadata documents are accepted, and what they may make the server fetch. */
export type DocumentPolicy = {
  readonly isEnabled: boolean;
  isAccepted(id: string): boolean;
  /** Whether a document, or keys it points at, may be fetched from there, as far as the settings say. */
  mayFetch(url: string): boolean;
};

type Settings = {
  readonly isEnabled: boolean;
  /** Hosts, or `host:port`, of which documents are accepted; empty: every public one. */
  readonly hosts: readonly string[];
  /** Hosts that may be fetched from although they are not public. */
  readonly internalHosts: readonly string[];
  /** An http issuer. Elsewhere nothing on this machine is fetched, whatever is listed (draft-02, loopback exception). */
  readonly isDevelopment: boolean;
};

/**
 * Anybody can name a client_id, so a host inside that was opened for keys of an issuer is not open to this: it must
 * be listed here as well.
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

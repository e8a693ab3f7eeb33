/** The hosts whose client metadata documents a server accepts, as settings. */
import { mcpServerRefusal } from './mcp-server-refusals.ts';

/** `claude.ai`, `app.example.com:8443`, or the URL of a document. Throws DomainError 'invalid_field'. */
export const clientHostOf = (given: string): string => {
  const text = given.includes('://') ? given : `https://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = given.includes('://') || url?.pathname === '/';
  if (url?.protocol === 'https:' && url.username === '' && url.password === '' && isBare) return url.host;
  throw mcpServerRefusal('mcp_client_host_malformed', {
    field: '/client_hosts',
    params: { host: given.slice(0, 200) },
  });
};

/** Empty `hosts`: every public host. */
export type AcceptedHosts = { readonly accept: boolean; readonly hosts: readonly string[] };

/** All hosts that a server accepts after it has to accept `wanted`, too. Undefined: it accepts them already. */
export const acceptedAfter = (
  { accept, hosts }: AcceptedHosts,
  wanted: readonly string[],
): readonly string[] | undefined => {
  const missing = wanted.filter((host) => !hosts.includes(host));
  return wanted.length === 0 || (accept && (hosts.length === 0 || missing.length === 0))
    ? undefined
    : [...hosts, ...missing];
};

/** The settings of the environment that accept these hosts. */
export const hostSettings = (hosts: readonly string[]): readonly string[] => [
  'BEHALF__CLIENTIDMETADATA__ACCEPT=true',
  `BEHALF__CLIENTIDMETADATA__HOSTS=${hosts.join(',')}`,
];

/**
 * Protected resource metadata (RFC 9728) of an MCP server, and the places where it can be. This file fetches nothing: the
 * command line reads from its own machine, the server by its guarded fetch.
 */
import { mcpServerRefusal } from './mcp-server-refusals.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const MOST_TEXTS = 100;
/** Characters of a value of another party in a refusal. */
const LONGEST_SHOWN = 300;

export type ProtectedResource = {
  /** The document was read from this URL. */
  readonly from: string;
  /** Issuers that it names. */
  readonly issuers: readonly string[];
  readonly scopes: readonly string[];
  readonly name?: string;
};

/** `none`: why no document was found. */
export type Read = { readonly found: ProtectedResource } | { readonly none: string };

/**
 * The URL of an MCP server as clients write it. Throws DomainError 'invalid_field' unless it is https, or http on this
 * machine, without user and fragment.
 */
export const mcpServerUrl = (given: string): URL => {
  const about = { field: '/url', params: { url: short(given) } };
  if (!URL.canParse(given)) throw mcpServerRefusal('mcp_url_unreadable', about);
  const url = new URL(given);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw mcpServerRefusal('mcp_url_not_https', about);
  }
  if (url.username !== '' || url.password !== '') throw mcpServerRefusal('mcp_url_with_user', about);
  if (given.includes('#')) throw mcpServerRefusal('mcp_url_with_fragment', about);
  return url;
};

/** Where the document is: the well-known path of the URL (RFC 9728 §3.1), else that of its origin. */
export const metadataPlaces = (url: URL): readonly string[] => {
  const path = url.pathname === '/' ? '' : url.pathname;
  return [...new Set([`${url.origin}${WELL_KNOWN}${path}${url.search}`, `${url.origin}${WELL_KNOWN}`])];
};

/**
 * The document at `from`. Throws DomainError 'invalid_field' for a document about another resource than `given`, or one with a
 * wrong member (RFC 9728 §3.3).
 */
export const protectedResourceIn = (text: string, from: string, given: string): ProtectedResource => {
  const about = { field: '/url' };
  const document = parsed(text);
  if (document === undefined) throw mcpServerRefusal('mcp_metadata_not_object', { ...about, params: { from } });
  const { resource, authorization_servers: issuers = [], scopes_supported: scopes = [] } = document;
  if (resource !== given) {
    const shown = short(JSON.stringify(resource) ?? 'absent');
    throw mcpServerRefusal('mcp_metadata_of_other', {
      ...about,
      params: { from, resource: shown, url: short(given) },
    });
  }
  for (const [member, value] of Object.entries({ authorization_servers: issuers, scopes_supported: scopes })) {
    if (!isTexts(value)) throw mcpServerRefusal('mcp_metadata_not_texts', { ...about, params: { from, member } });
  }
  const { resource_name: name } = document;
  return {
    from,
    issuers: issuers as readonly string[],
    scopes: [...new Set(scopes as readonly string[])],
    ...(typeof name === 'string' && name.trim() !== '' ? { name: name.trim() } : {}),
  };
};

/** A site that answers every path with a page of its own has no metadata there. */
export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const parsed = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
};

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_TEXTS && value.every((one) => typeof one === 'string' && one !== '');

const short = (text: string): string => (text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);

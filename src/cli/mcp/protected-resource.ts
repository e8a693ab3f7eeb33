/** Reads the protected resource metadata (RFC 9728) of an MCP server that the user of a command names. */
import { CommandError, usageError } from '../command.ts';
import { printable } from '../table.ts';

const PATIENCE_MILLISECONDS = 10_000;
const LONGEST_DOCUMENT = 64 * 1024;
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

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
 * The URL of an MCP server as clients write it. Throws a usage error unless it is https, or http on this machine, without
 * user and fragment.
 */
export const mcpUrl = (given: string): URL => {
  const fault = (message: string): Error => usageError(`URL ${printable(given)} ${message}.`, EXAMPLE);
  if (!URL.canParse(given)) throw fault('is not a URL');
  const url = new URL(given);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) throw fault('is not https');
  if (url.username !== '' || url.password !== '') throw fault('has a user or a password');
  if (given.includes('#')) throw fault('has a fragment');
  return url;
};
const EXAMPLE = 'Give the URL that clients call, character by character: https://notes.example.com/mcp';

/**
 * Reads the document where the server's 401 names it, else at the well-known path of the URL, else at that of its origin.
 * Throws CommandError for a document about another resource, or one with a wrong member (RFC 9728 §3.3). Reads from the
 * origin of the server only, and follows no redirect.
 */
export const readProtectedResource = async (given: string): Promise<Read> => {
  const url = mcpUrl(given);
  const challenge = await answerOf(url.href);
  const path = url.pathname === '/' ? '' : url.pathname;
  const named = namedIn(challenge, url);
  const places = new Set([...named, `${url.origin}${WELL_KNOWN}${path}${url.search}`, `${url.origin}${WELL_KNOWN}`]);
  const reasons: string[] = [];
  for (const place of places) {
    const answer = await answerOf(place);
    if ('failure' in answer) reasons.push(`${place}: ${answer.failure}`);
    else if (answer.status !== 200) reasons.push(`${place}: status ${answer.status}`);
    // A site that answers every path with a page of its own has no metadata there.
    else if (!named.includes(place) && !isJson(answer.text)) reasons.push(`${place}: no JSON`);
    else return { found: metadataIn(answer.text, place, given) };
  }
  return { none: reasons.join('; ') };
};

type Answer =
  | { readonly status: number; readonly text: string; readonly challenge: string }
  | { readonly failure: string };

const answerOf = async (url: string): Promise<Answer> => {
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    const challenge = answer.headers.get('www-authenticate') ?? '';
    return { status: answer.status, text: await boundedText(answer), challenge };
  } catch (error) {
    const { cause, message } = error as Error;
    const code = (cause as { readonly code?: unknown } | undefined)?.code;
    return { failure: typeof code === 'string' ? code : message };
  }
};

/** Throws when the body is too long. A stream of events ends here, too. */
const boundedText = async ({ body, ok }: Response): Promise<string> => {
  if (!ok) {
    await body?.cancel();
    return '';
  }
  const decoder = new TextDecoder();
  let [text, length] = ['', 0];
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > LONGEST_DOCUMENT) throw new Error(`is longer than ${LONGEST_DOCUMENT} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

/** The address in the challenge (RFC 9728 §5.1), where it is at the origin of the server. */
const namedIn = (answer: Answer, { origin }: URL): readonly string[] => {
  const named = 'failure' in answer ? undefined : /\bresource_metadata="([^"\\]+)"/i.exec(answer.challenge)?.[1];
  return named !== undefined && URL.canParse(named) && new URL(named).origin === origin ? [named] : [];
};

const metadataIn = (text: string, from: string, given: string): ProtectedResource => {
  const wrong = (message: string, hint: string): CommandError =>
    new CommandError(`${printable(from)}: ${message}`, { hint });
  const document = parsed(text);
  if (document === undefined) throw wrong('This is not a JSON object.', 'Correct the document of the MCP server.');
  const { resource, authorization_servers: issuers = [], scopes_supported: scopes = [] } = document;
  if (resource !== given) {
    throw wrong(`"resource" is ${printable(JSON.stringify(resource) ?? 'absent')}, not ${printable(given)}.`, OTHER);
  }
  for (const [name, value] of Object.entries({ authorization_servers: issuers, scopes_supported: scopes })) {
    if (isTexts(value)) continue;
    throw wrong(`"${name}" is not a list of texts.`, 'Correct the document of the MCP server (RFC 9728 §2).');
  }
  const { resource_name: name } = document;
  return {
    from,
    issuers: issuers as readonly string[],
    scopes: [...new Set(scopes as readonly string[])],
    ...(typeof name === 'string' && name.trim() !== '' ? { name: name.trim() } : {}),
  };
};
const OTHER =
  'Clients refuse a document about another resource (RFC 9728 §3.3). Give the URL that the document names, or correct the document.';

const isJson = (text: string): boolean => {
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
  Array.isArray(value) && value.length <= 100 && value.every((one) => typeof one === 'string' && one !== '');

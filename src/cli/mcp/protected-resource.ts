/** Reads the protected resource metadata (RFC 9728) of an MCP server that the user of a command names, from this machine. */
import {
  isJson,
  metadataPlaces,
  type ProtectedResource,
  protectedResourceIn,
  type Read,
} from '../../domain/resources/mcp-servers/protected-resource.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { CommandError } from '../command.ts';

const PATIENCE_MILLISECONDS = 10_000;
const LONGEST_DOCUMENT = 64 * 1024;

/**
 * Reads the document where the server's 401 names it, else at its well-known places. Throws CommandError for a document about
 * another resource, or one with a wrong member (RFC 9728 §3.3). Reads from the origin of the server only, and follows no
 * redirect. `url`: what `mcpServerUrl` returned for `given`.
 */
export const readProtectedResource = async (given: string, url: URL): Promise<Read> => {
  const named = namedIn(await answerOf(url.href), url);
  const reasons: string[] = [];
  for (const place of new Set([...named, ...metadataPlaces(url)])) {
    const answer = await answerOf(place);
    if ('failure' in answer) reasons.push(`${place}: ${answer.failure}`);
    else if (answer.status !== 200) reasons.push(`${place}: status ${answer.status}`);
    else if (!named.includes(place) && !isJson(answer.text)) reasons.push(`${place}: no JSON`);
    else return { found: documentIn(answer.text, place, given) };
  }
  return { none: reasons.join('; ') };
};

const documentIn = (text: string, from: string, given: string): ProtectedResource => {
  try {
    return protectedResourceIn(text, from, given);
  } catch (error) {
    throw isDomainError(error) ? new CommandError(error.message) : error;
  }
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

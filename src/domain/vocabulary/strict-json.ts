import { jsonRefusal } from './json-refusals.ts';

const MAXIMUM_DEPTH = 32;

/**
 * The value of a JSON text. Refuses text that two parsers could read differently: bytes that are not UTF-8, a byte
 * order mark, and objects that name a member twice. Also refuses text that is nested more than `maximumDepth` deep, or
 * that names a `refused` member. Throws 'invalid_request'.
 */
export const strictJson = (
  bytes: Uint8Array,
  refused: readonly string[] = ['__proto__'],
  maximumDepth = MAXIMUM_DEPTH,
): unknown => {
  const text = decoded(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw jsonRefusal('json_malformed', { cause });
  }
  checkStructure(text, refused, maximumDepth);
  return value;
};

const decoded = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw jsonRefusal('json_not_utf8', { cause });
  }
};

/** Walks a text that is known to be JSON. Decodes escapes in names, so that no spelling hides a second member. */
const checkStructure = (text: string, refused: readonly string[], maximumDepth: number): void => {
  const open: (Set<string> | undefined)[] = [];
  for (const token of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g)) {
    const [lexeme, colon] = token;
    if (lexeme === '{' || lexeme === '[') {
      open.push(lexeme === '{' ? new Set() : undefined);
      if (open.length > maximumDepth) {
        throw jsonRefusal('json_too_deep', { params: { most: maximumDepth } });
      }
    } else if (lexeme === '}' || lexeme === ']') {
      open.pop();
    } else if (colon !== undefined) {
      const name: unknown = JSON.parse(lexeme.slice(0, lexeme.length - colon.length));
      const names = open.at(-1);
      if (typeof name !== 'string' || !names) continue;
      if (names.has(name)) throw jsonRefusal('json_member_repeated');
      if (refused.includes(name)) throw jsonRefusal('json_member_refused', { params: { member: name } });
      names.add(name);
    }
  }
};

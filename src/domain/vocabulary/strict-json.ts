import { jsonRefusal } from './json-refusals.ts';

const MAXIMUM_DEPTH = 32;
/** Keeps no state between texts. To make one costs more than most texts. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value of a JSON text. Refuses text that two parsers could read differently: bytes that are not UTF-8, a byte
 * order mark, and objects that name a member twice. Also refuses text that is nested more than `maximumDepth` deep, or
 * that names a `refused` member. Throws 'invalid_request'.
 */
export const strictJson = (
  bytes: Uint8Array,
  refused: readonly string[] = ['__proto__'],
  maximumDepth = MAXIMUM_DEPTH,
): unknown => strictJsonText(decoded(bytes), refused, maximumDepth);

/** As `strictJson`, for a text whose bytes were valid UTF-8. */
export const strictJsonText = (text: string, refused: readonly string[], maximumDepth: number): unknown => {
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
    return decoder.decode(bytes);
  } catch (cause) {
    throw jsonRefusal('json_not_utf8', { cause });
  }
};

/** Index behind a string of a JSON text whose opening quote is at `start`. */
const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1);
  for (;;) {
    let first = end;
    while (text[first - 1] === '\\') first -= 1;
    if ((end - first) % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
};

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Names of one object. A list is cheaper than a set, as long as it is short. */
const FEW = 8;

/** Adds a name. False: it is there. */
const isNew = (names: string[] | Set<string>, name: string): boolean => {
  if (Array.isArray(names)) {
    if (names.includes(name)) return false;
    names.push(name);
    return true;
  }
  const { size } = names;
  return names.add(name).size > size;
};

/** Walks a text that is known to be JSON. Decodes escapes in names, so that no spelling hides a second member. */
const checkStructure = (text: string, refused: readonly string[], maximumDepth: number): void => {
  const open: (string[] | Set<string> | undefined)[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? [] : undefined);
      if (open.length > maximumDepth) throw jsonRefusal('json_too_deep', { params: { most: maximumDepth } });
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const start = index;
      const end = endOfString(text, start);
      let next = end;
      while (isSpace(text.charCodeAt(next))) next += 1;
      index = next - 1;
      const names = open.at(-1);
      if (!names || text[next] !== ':') continue;
      const quoted = text.slice(start, end);
      const name: string = quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
      if (!isNew(names, name)) throw jsonRefusal('json_member_repeated');
      if (refused.includes(name)) throw jsonRefusal('json_member_refused', { params: { member: name } });
      if (Array.isArray(names) && names.length > FEW) open[open.length - 1] = new Set(names);
    }
  }
};

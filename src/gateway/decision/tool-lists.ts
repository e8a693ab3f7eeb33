/**
 * Pins the tools of the MCP server behind the gateway. The first `tools/list` that names a tool pins the digest of its name, texts
 * and schemas; a later one with another digest is a change. Owns the pins and their file. Does not own the bytes: an answer that may
 * pass goes to the client unchanged.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type McpTool, TOOL_MEMBERS, toolDigest } from '../../../packages/agent/src/agent.ts';
import { strictJsonText } from '../../domain/vocabulary/strict-json.ts';
import { isJsonObject, memberOf } from '../request/json-content.ts';
import type { OwnRefusal } from '../request/own-refusals.ts';

/** What an upstream answered: all of it, or some whole events of a stream. */
export type ListAnswer = {
  /** All values of the header, with commas between them. */
  readonly contentType: string;
  /** `content-encoding`; empty without one. */
  readonly encoding: string;
  readonly body: Buffer;
  /** Events of this answer came before. Only the first text of an answer can begin with a byte order mark. */
  readonly isContinued?: boolean;
};

/** A tool whose digest differs from its pin. */
export type ChangedTool = { readonly tool: string; readonly from: string; readonly to: string };

/** Why an answer was not read. */
export type Unread = 'more than the gateway reads' | 'a redirect, which leads around the gateway';

export interface ToolLists {
  /** Whether an answer passes only after it was read. False: it passes in any case, and is only logged. */
  readonly isHeld: boolean;
  /** Why the answer to a request that lists tools may not pass; undefined: it may. */
  refusalOf(answer: ListAnswer): OwnRefusal | undefined;
  /** The same for an answer to another request: a client accepts its list of tools there, too. */
  refusalOfOther(answer: ListAnswer): OwnRefusal | undefined;
  /** The same for an answer that was not read. */
  refusalOfUnread(why: Unread): OwnRefusal | undefined;
  /** Whether calls of this tool are refused, because it changed. */
  isChanged(tool: string): boolean;
}

/** Size of an answer, or of an event, that is read. */
export const MOST_LIST_BYTES = 4_194_304;

/** Tools that are pinned. Another one counts as changed. */
const MOST_TOOLS = 10_000;

/** Characters of a name. MCP allows 128. */
const LONGEST_NAME = 256;

/** Levels of JSON in an answer. */
const DEEPEST = 256;

/** A name as a person or model reads it: without what is not visible, and in one case. */
const readAs = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}]/gu, '')
    .toLowerCase();

const refusal = (reason: string, description: string): OwnRefusal => ({ status: 502, reason, description });

const UNREADABLE = refusal('tools_unreadable', 'The gateway could not read the list of tools, and lets none pass.');

/** One of the two types of an answer (MCP, Streamable HTTP). Two values, of which clients choose differently, are none. */
const TYPE = /^(application\/json|text\/event-stream)\s*(?:;[^,]*)?$/i;

/** A line that only some clients see: those that end lines as Python does, at each of these characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines there
const HIDDEN_LINE = /[\v\f\x1c-\x1e\x85\u2028\u2029](?:data|event):/;

/** A JSON text, and whether clients take it for a message: no event of another type is one. */
type Text = { readonly text: string; readonly isMessage: boolean };

const eventOf = (lines: readonly string[]): Text => {
  const values = (field: string): readonly string[] =>
    lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length).replace(/^ /, ''));
  const type = values('event:').at(-1) ?? '';
  return { text: values('data:').join('\n'), isMessage: type === '' || type === 'message' };
};

/** The events of a text (text/event-stream). Lines end as a client reads them. */
const eventsIn = (text: string): readonly Text[] => {
  if (HIDDEN_LINE.test(text)) throw new TypeError('it has a line that only some clients see');
  const events: string[][] = [[]];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') events.push([]);
    else events.at(-1)?.push(line);
  }
  return events.map(eventOf).filter((event) => event.text !== '');
};

/** The JSON texts in an answer: its body, or the data of its events. A client leaves out a byte order mark at the beginning. */
const textsIn = ({ contentType, body, isContinued = false }: ListAnswer): readonly Text[] => {
  const type = TYPE.exec(contentType)?.[1]?.toLowerCase();
  if (type === undefined) throw new TypeError('it has another type');
  const whole = body.toString('utf8');
  const text = isContinued ? whole : whole.replace(/^\uFEFF/, '');
  return type === 'application/json' ? [{ text, isMessage: true }] : eventsIn(text);
};

/** A text without this has no member that a client could read as `tools`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are part of ASCII
const MAY_LIST = /tools|\\u|[^\x00-\x7f]/i;

/** The messages in a text. Throws for one that two clients could read differently: some read `NaN`, some the last of two members. */
const messagesIn = ({ text, isMessage }: Text): readonly unknown[] => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (isMessage) throw new TypeError('it is no JSON');
    return [];
  }
  if (!MAY_LIST.test(text)) return [];
  strictJsonText(text, [], DEEPEST);
  return [value].flat();
};

/** Some clients read a member in any letter case. Throws for one that could be read so, and is not spelled so. */
const toolsOf = (message: unknown): unknown => {
  const result = isJsonObject(message) ? memberOf(message, 'result') : undefined;
  return isJsonObject(result) ? memberOf(result, 'tools') : undefined;
};

/** Throws for a member that some clients could read as one of those that the digest covers. */
const isTool = (value: unknown): value is McpTool => {
  if (!isJsonObject(value)) return false;
  for (const member of TOOL_MEMBERS) memberOf(value, member);
  return typeof value['name'] === 'string';
};

/** All tools in the results of an answer. `isList`: what is no list of tools does not pass. Throws TypeError, RequestRefused or DomainError. */
const toolsIn = (answer: ListAnswer, isList: boolean): readonly McpTool[] =>
  textsIn(answer)
    .flatMap(messagesIn)
    .flatMap((message) => {
      const tools = toolsOf(message);
      if (tools === undefined) return [];
      if (!Array.isArray(tools)) {
        if (isList) throw new TypeError('it has no list of tools');
        return [];
      }
      const named = tools.filter(isTool);
      if (isList && named.length < tools.length) throw new TypeError('a tool has no name');
      return named;
    });

type Digested = { readonly name: string; readonly digest: string };

/** Throws TypeError for a tool that cannot be pinned: without a digest, or with a name that is too long to keep. */
const digested = (tool: McpTool): Digested => {
  const { name } = tool;
  if (name.length > LONGEST_NAME) throw new TypeError(`a tool has a name of more than ${LONGEST_NAME} characters`);
  return { name, digest: toolDigest(tool) };
};

const pinsIn = (file: string): Map<string, string> => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  return new Map(Object.entries(JSON.parse(text) as Record<string, string>));
};

const writePins = (file: string, pins: ReadonlyMap<string, string>): void => {
  const sorted = Object.fromEntries([...pins].sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(`${file}.new`, `${JSON.stringify(sorted, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

/**
 * `refuse`: a list with a changed tool, or one that cannot be read, does not pass, and calls of a changed tool are refused until its
 * pin is removed. `report`: both are only logged. Throws if the file cannot be read. `onChanged`: once for each new digest of a tool.
 */
export const toolLists = ({
  onChange,
  file,
  onChanged,
  onUnreadable,
}: {
  readonly onChange: 'report' | 'refuse';
  /** Default: the pins are kept in the memory of the process. */
  readonly file: string | undefined;
  readonly onChanged: (changed: ChangedTool) => void;
  /** `why`: a few words, without content of the answer. */
  readonly onUnreadable: (why: string) => void;
}): ToolLists => {
  const pins = file === undefined ? new Map<string, string>() : pinsIn(file);
  const isHeld = onChange === 'refuse';
  /** The last other digest of each changed tool. */
  const changed = new Map<string, string>();
  /** More tools changed than are remembered: calls of none pass. */
  let isOverfull = false;
  /** The pinned names, as they are read. A further tool that reads like one of them takes its place, so it counts as changed. */
  const names = new Map([...pins.keys()].map((name) => [readAs(name), name]));

  const noteChange = (tool: string, digest: string, from: string): void => {
    if (changed.get(tool) === digest) return;
    if (changed.size < MOST_TOOLS || changed.has(tool)) changed.set(tool, digest);
    else if (isOverfull) return;
    else isOverfull = true;
    onChanged({ tool: tool.slice(0, 200), from, to: digest });
  };

  /** The file does not have all pins: a tool that passes without one could change unnoticed after a restart. */
  let isUnwritten = false;

  const compare = (tools: readonly Digested[]): readonly string[] => {
    const found: string[] = [];
    for (const { name, digest } of tools) {
      const pinned = pins.get(name);
      if (pinned === digest) continue;
      const alike = pinned === undefined ? names.get(readAs(name)) : undefined;
      if (pinned === undefined && alike === undefined && pins.size < MOST_TOOLS) {
        pins.set(name, digest);
        names.set(readAs(name), name);
        isUnwritten = file !== undefined;
        continue;
      }
      found.push(name);
      noteChange(name, digest, pinned ?? pins.get(alike ?? '') ?? '');
    }
    if (tools.length > 0 && isUnwritten && file !== undefined) {
      writePins(file, pins);
      isUnwritten = false;
    }
    return found;
  };

  const unreadable = (why: string): OwnRefusal | undefined => {
    onUnreadable(why);
    return isHeld ? UNREADABLE : undefined;
  };

  const read = (answer: ListAnswer, isList: boolean): OwnRefusal | undefined => {
    let found: readonly string[];
    try {
      if (!['', 'identity'].includes(answer.encoding)) throw new TypeError('it is compressed');
      found = compare(toolsIn(answer, isList).map(digested));
    } catch (error) {
      return unreadable((error as Error).message.slice(0, 200));
    }
    if (found.length === 0 || !isHeld) return undefined;
    const changedNames = found.join(', ').slice(0, 300);
    return refusal(
      'tools_changed',
      `The server changed its tools, and the operator has to accept that: ${changedNames}.`,
    );
  };

  return {
    isHeld,
    refusalOf: (answer) => read(answer, true),
    refusalOfOther: (answer) => read(answer, false),
    refusalOfUnread: (why) => unreadable(`it is ${why}`),
    isChanged: (tool) => isHeld && (isOverfull || changed.has(tool)),
  };
};

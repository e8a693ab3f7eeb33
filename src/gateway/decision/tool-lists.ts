/**
 * Pins the tools of the MCP server behind the gateway. The first `tools/list` that names a tool pins the digest of its name, texts
 * and schemas; a later one with another digest is a change. Owns the pins and their file. Does not own the bytes: an answer that may
 * pass goes to the client unchanged.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type McpTool, toolDigest } from '../../../packages/agent/src/agent.ts';
import type { OwnRefusal } from '../request/own-refusals.ts';

/** What an upstream answered to a request that lists tools. */
export type ListAnswer = {
  /** All values of the header, with commas between them. */
  readonly contentType: string;
  /** `content-encoding`; empty without one. */
  readonly encoding: string;
  readonly body: Buffer;
};

/** A tool whose digest differs from its pin. */
export type ChangedTool = { readonly tool: string; readonly from: string; readonly to: string };

export interface ToolLists {
  /** Why the answer may not go to the client; undefined: it may. */
  refusalOf(answer: ListAnswer): OwnRefusal | undefined;
  /**
   * The same for an answer to another request, or some whole events of a stream: a client accepts its list of tools there, too. Absent
   * unless changes are refused.
   */
  readonly refusalOfOther?: (answer: ListAnswer) => OwnRefusal | undefined;
  /** Whether calls of this tool are refused, because it changed. */
  isChanged(tool: string): boolean;
}

/** Size of an answer that is read. */
export const MOST_LIST_BYTES = 4_194_304;

/** Tools that are pinned. Another one counts as changed. */
const MOST_TOOLS = 10_000;

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

/**
 * The JSON texts in an answer: its body, or the data of its events (text/event-stream). Lines end as a client reads them: it also
 * leaves out a byte order mark.
 */
const textsIn = ({ contentType, body }: ListAnswer): readonly string[] => {
  const type = TYPE.exec(contentType)?.[1]?.toLowerCase();
  if (type === undefined) throw new TypeError('it has another type');
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (type === 'application/json') return [text];
  const events: string[][] = [[]];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') events.push([]);
    else if (line.startsWith('data:')) events.at(-1)?.push(line.slice(5).replace(/^ /, ''));
  }
  return events.map((lines) => lines.join('\n')).filter((data) => data !== '');
};

const isTool = (value: unknown): value is McpTool =>
  typeof value === 'object' && value !== null && typeof (value as { readonly name?: unknown }).name === 'string';

/** All tools in the results of an answer. Throws for what is no JSON, and for a tool without a name. */
const toolsIn = (answer: ListAnswer): readonly McpTool[] =>
  textsIn(answer).flatMap((text) => {
    const value: unknown = JSON.parse(text);
    return [value].flat().flatMap((message) => {
      const { tools } = ((message as { readonly result?: unknown } | null)?.result ?? {}) as {
        readonly tools?: unknown;
      };
      if (tools === undefined) return [];
      if (!Array.isArray(tools) || !tools.every(isTool)) throw new TypeError('no list of tools');
      return tools;
    });
  });

/** All lists of tools in an answer that may have none. What is no JSON is no message to a client either. */
const toolsAmong = (answer: ListAnswer): readonly McpTool[] =>
  textsIn(answer).flatMap((text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [];
    }
    return [value].flat().flatMap((message) => {
      const { tools } = ((message as { readonly result?: unknown } | null)?.result ?? {}) as {
        readonly tools?: unknown;
      };
      return Array.isArray(tools) ? tools.filter(isTool) : [];
    });
  });

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
 * pin is removed. `report`: both are only told. Throws if the file cannot be read. `onChanged`: once for each new digest of a tool.
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
  readonly onUnreadable: () => void;
}): ToolLists => {
  const pins = file === undefined ? new Map<string, string>() : pinsIn(file);
  /** The last other digest of each changed tool. */
  const changed = new Map<string, string>();
  /** The pinned names, as they are read. A further tool that reads like one of them takes its place, so it counts as changed. */
  const names = new Map([...pins.keys()].map((name) => [readAs(name), name]));

  const compare = (tools: readonly McpTool[]): readonly string[] => {
    const found: string[] = [];
    let isNew = false;
    for (const tool of tools) {
      const digest = toolDigest(tool);
      const pinned = pins.get(tool.name);
      if (pinned === digest) continue;
      const alike = pinned === undefined ? names.get(readAs(tool.name)) : undefined;
      if (pinned === undefined && alike === undefined && pins.size < MOST_TOOLS) {
        pins.set(tool.name, digest);
        names.set(readAs(tool.name), tool.name);
        isNew = true;
        continue;
      }
      found.push(tool.name);
      if (changed.get(tool.name) === digest) continue;
      if (changed.size < MOST_TOOLS || changed.has(tool.name)) changed.set(tool.name, digest);
      onChanged({ tool: tool.name.slice(0, 200), from: pinned ?? pins.get(alike ?? '') ?? '', to: digest });
    }
    if (isNew && file !== undefined) writePins(file, pins);
    return found;
  };

  const refusalBy =
    (read: (answer: ListAnswer) => readonly McpTool[]) =>
    (answer: ListAnswer): OwnRefusal | undefined => {
      let found: readonly string[];
      try {
        if (!['', 'identity'].includes(answer.encoding)) throw new TypeError('it is compressed');
        found = compare(read(answer));
      } catch {
        onUnreadable();
        return onChange === 'refuse' ? UNREADABLE : undefined;
      }
      if (found.length === 0 || onChange === 'report') return undefined;
      const names = found.join(', ').slice(0, 300);
      return refusal('tools_changed', `The server changed its tools, and the operator has to accept that: ${names}.`);
    };

  return {
    refusalOf: refusalBy(toolsIn),
    ...(onChange === 'refuse' ? { refusalOfOther: refusalBy(toolsAmong) } : {}),
    isChanged: (tool) => onChange === 'refuse' && changed.has(tool),
  };
};

/** Digests of the tools of MCP servers, and pins that show when a server changes one. */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** A tool, as `tools/list` has it. */
export type McpTool = {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: unknown;
};

/** `sha256:` and 64 hexadecimal digits, by the name of the tool. */
export type ToolDigests = Readonly<Record<string, string>>;

/** `from` absent: the tool is new. `to` absent: it is gone. */
export type ToolChange = { readonly tool: string; readonly from?: string; readonly to?: string };

export const textDigest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** What a model reads of a tool: its digest covers these members. */
export const TOOL_MEMBERS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

/** The digest of these members (RFC 8785, SHA-256). */
export const toolDigest = (tool: McpTool): string =>
  textDigest(canonicalJson(Object.fromEntries(TOOL_MEMBERS.map((member) => [member, tool[member] ?? undefined]))));

/** The digests of a whole list, in any order. Throws TypeError if two tools have one name, or one has no canonical JSON. */
export const toolDigests = (tools: readonly McpTool[]): ToolDigests => {
  const digests = new Map<string, string>();
  for (const tool of tools) {
    if (digests.has(tool.name)) throw new TypeError(`two tools have the name ${tool.name}`);
    digests.set(tool.name, toolDigest(tool));
  }
  return Object.fromEntries(digests);
};

/** What differs between two lists, by the names of the tools. Order means nothing. */
export const toolChanges = (before: ToolDigests, after: ToolDigests): readonly ToolChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((tool) => {
    const from = Object.hasOwn(before, tool) ? before[tool] : undefined;
    const to = Object.hasOwn(after, tool) ? after[tool] : undefined;
    if (from === to) return [];
    return [{ tool, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });

/** A server lists other tools than those that were pinned. Use none of them before a person has looked at the difference. */
export class ToolsChanged extends Error {
  readonly server: string;
  readonly changes: readonly ToolChange[];

  constructor(server: string, changes: readonly ToolChange[]) {
    super(`${server} changed its tools: ${changes.map(({ tool }) => tool).join(', ')}`.slice(0, 500));
    this.name = 'ToolsChanged';
    this.server = server;
    this.changes = changes;
  }
}

type Result<T> = T | Promise<T>;

/** Where pins are kept. Both may be asynchronous, and may throw: then a check rejects. */
export type KeptPins = {
  readonly read: (server: string) => Result<ToolDigests | undefined>;
  readonly write: (server: string, digests: ToolDigests) => Result<unknown>;
};

export type PinOptions = {
  /** `refuse` (default): a check of other tools rejects. `report`: it resolves to the changes. */
  readonly onChange?: 'refuse' | 'report';
  /** Default: the memory of this process. */
  readonly keep?: KeptPins;
};

export interface ToolPins {
  /**
   * Compares the whole list of a server with what was pinned. The first list of a server is pinned. Resolves to the changes. Rejects
   * with ToolsChanged if it refuses them, and as `keep` does.
   */
  check(server: string, tools: readonly McpTool[]): Promise<readonly ToolChange[]>;
  /** Pins this list in place of the one before. Call it when a person has accepted the changes. */
  accept(server: string, tools: readonly McpTool[]): Promise<void>;
}

const inMemory = (): KeptPins => {
  const pins = new Map<string, ToolDigests>();
  return { read: (server) => pins.get(server), write: (server, digests) => pins.set(server, digests) };
};

/** Pins the tools of MCP servers. `server`: a name of your choice, such as its URL. */
export const toolPins = ({ onChange = 'refuse', keep = inMemory() }: PinOptions = {}): ToolPins => ({
  async check(server, tools) {
    const digests = toolDigests(tools);
    const pinned = await keep.read(server);
    if (pinned === undefined) {
      await keep.write(server, digests);
      return [];
    }
    const changes = toolChanges(pinned, digests);
    if (changes.length > 0 && onChange === 'refuse') throw new ToolsChanged(server, changes);
    return changes;
  },
  async accept(server, tools) {
    await keep.write(server, toolDigests(tools));
  },
});

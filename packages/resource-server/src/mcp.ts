/**
 * Binding for the MCP SDK, versions 1 and 2. Its bearer middleware asks a verifier about the text of a token. DPoP, and all of the
 * challenges, need the request: use the binding of the web framework for them. Its `auth` is an `AuthInfo` too.
 *
 * Also pins of the tools that an MCP server lists: clients see no tool that is not as a person has read it.
 */
import { canonicalJson } from './canonical-json.ts';
import { Refusal } from './refusal.ts';

import type { Requirement } from './requirement.ts';
import type { Access, ResourceServer } from './resource-server.ts';

type ErrorClass = new (message: string) => Error;

/** `@modelcontextprotocol/sdk/server/auth/errors.js` (1.x). */
export type SdkOne = {
  readonly InvalidTokenError: ErrorClass;
  readonly InsufficientScopeError: ErrorClass;
  readonly ServerError: ErrorClass;
};

/** `@modelcontextprotocol/server` (2.x). */
export type SdkTwo = {
  readonly OAuthError: new (code: never, message: string) => Error;
};

/** `OAuthTokenVerifier` of both versions. */
export type TokenVerifier = { verifyAccessToken(token: string): Promise<Access> };

/** The middleware of the SDK knows three answers: 401, 403 and 500. */
const kindOf = ({ code }: Refusal): 'invalid_token' | 'insufficient_scope' | 'server_error' => {
  if (code === 'temporarily_unavailable') return 'server_error';
  return code === 'insufficient_scope' || code === 'actor_unauthorized' ? 'insufficient_scope' : 'invalid_token';
};

const errorOf = (refusal: Refusal, sdk: SdkOne | SdkTwo): Error => {
  const kind = kindOf(refusal);
  if ('OAuthError' in sdk && !('InvalidTokenError' in sdk)) return new sdk.OAuthError(kind as never, refusal.message);
  const { InvalidTokenError, InsufficientScopeError, ServerError } = sdk as SdkOne;
  if (kind === 'server_error') return new ServerError(refusal.message);
  return kind === 'insufficient_scope'
    ? new InsufficientScopeError(refusal.message)
    : new InvalidTokenError(refusal.message);
};

/**
 * A verifier for `requireBearerAuth` of the SDK. `sdk` is the module with its errors, since the SDK recognises only errors of its own
 * copy. Throws TypeError for another module.
 */
export const tokenVerifier = (
  server: ResourceServer,
  sdk: SdkOne | SdkTwo,
  requirement: Requirement = {},
): TokenVerifier => {
  if (!('OAuthError' in sdk || 'InvalidTokenError' in sdk)) {
    throw new TypeError('sdk: give the module that has InvalidTokenError (1.x) or OAuthError (2.x)');
  }
  return {
    async verifyAccessToken(token) {
      try {
        return await server.verifyBearer(token, requirement);
      } catch (error) {
        throw error instanceof Refusal ? errorOf(error, sdk) : error;
      }
    },
  };
};

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

const READ = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

const encoder = new TextEncoder();

/**
 * The digest of what a model reads of a tool: SHA-256 over the canonical JSON (RFC 8785) of name, title, description, schemas and
 * annotations. The packages for agents make the same. Rejects with TypeError for a tool without canonical JSON.
 */
export const toolDigest = async (tool: McpTool): Promise<string> => {
  const read = Object.fromEntries(READ.map((member) => [member, tool[member] ?? undefined]));
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(canonicalJson(read))));
  return `sha256:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
};

/** The digests of a list, by name: keep them beside the code, and give them to `pinnedTools`. */
export const toolDigests = async (tools: readonly McpTool[]): Promise<ToolDigests> =>
  Object.fromEntries(await Promise.all(tools.map(async (tool) => [tool.name, await toolDigest(tool)] as const)));

const repeatedNames = (tools: readonly McpTool[]): ReadonlySet<string> => {
  const [seen, repeated] = [new Set<string>(), new Set<string>()];
  for (const { name } of tools) (seen.has(name) ? repeated : seen).add(name);
  return repeated;
};

export type PinnedToolsOptions = {
  /** Of the tools that a person has read. Default: those of the first list. */
  readonly digests?: ToolDigests;
  /** `refuse` (default): a tool that is not pinned, or not as it was pinned, is left out. `report`: it stays in the list. */
  readonly onChange?: 'refuse' | 'report';
  /** Called for each such tool in each list. `pinned` undefined: the tool is new. */
  readonly onChanged?: (change: {
    readonly tool: string;
    readonly pinned: string | undefined;
    readonly now: string;
  }) => void;
};

/**
 * Filters lists of tools that come from elsewhere: a plug-in, a configuration, another server. Use the answer for `tools/list`, and
 * register no other tool.
 */
export const pinnedTools = ({ digests: reviewed, onChange = 'refuse', onChanged }: PinnedToolsOptions = {}) => {
  let pins = reviewed;
  return async <Tool extends McpTool>(tools: readonly Tool[]): Promise<readonly Tool[]> => {
    const digests = await Promise.all(tools.map(toolDigest));
    pins ??= Object.fromEntries(tools.map(({ name }, index) => [name, String(digests[index])]));
    const known = pins;
    const repeated = repeatedNames(tools);
    return tools.filter(({ name: tool }, index) => {
      const now = String(digests[index]);
      const pinned = Object.hasOwn(known, tool) ? known[tool] : undefined;
      // Of two tools with one name, a client may take either.
      if (!repeated.has(tool) && pinned === now) return true;
      onChanged?.({ tool, pinned, now });
      return onChange === 'report';
    });
  };
};

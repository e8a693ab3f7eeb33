/** What an agent runs with, as it shows it to the server: the claim `composition` of its client assertions. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { AgentStop } from './agent-stop.ts';
import { canonicalJson } from './canonical-json.ts';
import { ConfigurationError, checkMembers } from './configuration-error.ts';
import { type McpTool, type ToolDigests, textDigest, toolDigests } from './mcp-tools.ts';

/** Digests are `sha256:` and 64 hexadecimal digits. */
export type Composition = {
  readonly model?: string;
  readonly model_digest?: string;
  readonly prompt?: string;
  readonly prompt_digest?: string;
  readonly tools?: readonly string[];
  readonly tool_digests?: ToolDigests;
};

/** A function is called for each client assertion, and for each call that could get a token from the cache. */
export type CompositionSource = Composition | (() => Composition | Promise<Composition>);

const MEMBERS = ['model', 'model_digest', 'prompt', 'prompt_digest', 'tools', 'tool_digests'];
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * A composition of its parts. `model` and `prompt`: a name or version. `promptText`: the prompt itself, of which only the digest
 * leaves the process. `tools`: of all MCP servers together, as `tools/list` has them. Throws TypeError as `toolDigests` does.
 */
export const compositionOf = ({
  model,
  prompt,
  promptText,
  tools,
}: {
  readonly model?: string;
  readonly prompt?: string;
  readonly promptText?: string;
  readonly tools?: readonly McpTool[];
}): Composition => ({
  ...(model === undefined ? {} : { model }),
  ...(prompt === undefined ? {} : { prompt }),
  ...(promptText === undefined ? {} : { prompt_digest: textDigest(promptText) }),
  ...(tools === undefined ? {} : { tools: tools.map(({ name }) => name), tool_digests: toolDigests(tools) }),
});

/** Throws ConfigurationError naming the member that the server would refuse. */
export const checkComposition = (composition: Composition): void => {
  checkMembers(composition, MEMBERS, 'composition');
  const { model_digest: model, prompt_digest: prompt, tool_digests: tools = {}, tools: names = [] } = composition;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new ConfigurationError('composition.tools', 'give a list of names');
  }
  const digests = { model_digest: model, prompt_digest: prompt, ...tools };
  for (const [name, digest] of Object.entries(digests)) {
    if (digest === undefined || DIGEST.test(digest)) continue;
    throw new ConfigurationError(`composition.${name}`, 'give sha256: and 64 hexadecimal digits');
  }
  if (Object.keys(composition).length === 0) throw new ConfigurationError('composition', 'give at least one member');
};

/** What the agent runs with at this moment. Rejects with ConfigurationError, and with AgentStop (`hook_failed`) if the function fails. */
export const currentComposition = async (source: CompositionSource): Promise<Composition> => {
  let composition: Composition;
  try {
    composition = typeof source === 'function' ? await source() : source;
  } catch (cause) {
    throw new AgentStop('hook_failed', { steps: [], cause });
  }
  checkComposition(composition);
  return composition;
};

/** A text that is the same for the same composition. The order of tools means nothing, as at the server. */
const compositionKey = ({ tools, ...others }: Composition): string =>
  canonicalJson({ ...others, ...(tools ? { tools: [...tools].sort() } : {}) });

/** The key of what the agent runs with at this moment; undefined without a source. Rejects as `currentComposition` does. */
export const currentKey = async (source: CompositionSource | undefined): Promise<string | undefined> =>
  source && compositionKey(await currentComposition(source));

type Showing = { shown: string | undefined };
const showing = new AsyncLocalStorage<Showing>();

/** Notes a composition that goes into an assertion. */
export const noteShown = (composition: Composition): void => {
  const current = showing.getStore();
  if (current) current.shown = compositionKey(composition);
};

/**
 * Does some work. `shown` answers the key of the composition that its last assertion showed so far; undefined without one. It may
 * differ from the one before the work, which can wait for a person.
 */
export const withShown = <T>(work: (shown: () => string | undefined) => Promise<T>): Promise<T> => {
  const own: Showing = { shown: undefined };
  return showing.run(own, () => work(() => own.shown));
};

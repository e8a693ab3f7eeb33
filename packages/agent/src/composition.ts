/** What an agent runs with, as it shows it to the server: the claim `composition` of its client assertions. */
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

/** Called for each client assertion. */
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
  const { model_digest: model, prompt_digest: prompt, tool_digests: tools = {} } = composition;
  const digests = { model_digest: model, prompt_digest: prompt, ...tools };
  for (const [name, digest] of Object.entries(digests)) {
    if (digest === undefined || DIGEST.test(digest)) continue;
    throw new ConfigurationError(`composition.${name}`, 'give sha256: and 64 hexadecimal digits');
  }
  if (Object.keys(composition).length === 0) throw new ConfigurationError('composition', 'give at least one member');
};

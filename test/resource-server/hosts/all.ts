import type { StartHost } from './host.ts';

/**
 * Bindings by file name. They are JavaScript, as in the apps of many readers, and are loaded by name. `mcp` ones see the text of a
 * token and nothing else of the request.
 */
export const BINDINGS = ['express', 'koa', 'fastify', 'fetch'] as const;
export const MCP_BINDINGS = ['mcp-1', 'mcp-2'] as const;

export const startHost = async (name: string, ...parameters: Parameters<StartHost>): ReturnType<StartHost> => {
  const { start } = (await import(new URL(`./${name}.js`, import.meta.url).href)) as { start: StartHost };
  return start(...parameters);
};

/** Which route names a request. */
import type { RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';
import type { GatewayConfiguration, McpRules, Route } from '../configuration/configuration.ts';
import type { OwnRefusal } from '../request/own-refusals.ts';
import { pathPatterns } from '../request/path-patterns.ts';

export type Found =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'mcp'; readonly rules: McpRules }
  | { readonly kind: 'others' }
  | { readonly kind: 'refused'; readonly refusal: OwnRefusal };

export interface RouteTable {
  find(method: string, path: string): Found;
}

/** Methods of Streamable HTTP. */
const OF_MCP = ['GET', 'POST', 'DELETE'];

const refused = (
  status: number,
  reason: string,
  description: string,
  headers: RefusalAnswer['headers'] = [],
): Found => ({ kind: 'refused', refusal: { status, reason, description, headers } });

/** The most specific path, and of the routes with that path the one with the method. */
export const routeTable = ({
  routes,
  mcp,
  others,
}: Pick<GatewayConfiguration, 'routes' | 'mcp' | 'others'>): RouteTable => {
  const paths = [...new Set([...routes.map(({ path }) => path), ...(mcp ? [mcp.path] : [])])];
  const patterns = pathPatterns(paths);
  const byPath = paths.map((path) => routes.filter((route) => route.path === path));

  return {
    find(method, path) {
      const index = patterns.find(path);
      if (index === 'ambiguous') {
        return refused(
          404,
          'path_ambiguous',
          'Write the path as the API names it: letter case, the slash at its end, and no format such as .json.',
        );
      }
      if (index === undefined) {
        if (others === 'token') return { kind: 'others' };
        return refused(403, 'route_unknown', 'The gateway knows no route for this request.');
      }
      const wrongMethod = (allowed: readonly string[]): Found =>
        refused(405, 'method_refused', 'This path has no such method.', [['allow', allowed.join(', ')]]);
      if (mcp && paths[index] === mcp.path) {
        return OF_MCP.includes(method) ? { kind: 'mcp', rules: mcp } : wrongMethod(OF_MCP);
      }
      const candidates = byPath[index] ?? [];
      const read = method === 'HEAD' ? 'GET' : method;
      const route = candidates.find(
        ({ methods }) => methods.length === 0 || methods.includes(method) || methods.includes(read),
      );
      return route ? { kind: 'route', route } : wrongMethod([...new Set(candidates.flatMap(({ methods }) => methods))]);
    },
  };
};

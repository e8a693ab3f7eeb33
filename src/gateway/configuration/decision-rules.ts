import type { GatewayConfiguration } from './configuration.ts';
import type { Finding } from './route-rules.ts';

/** What of the configuration a proxy that only asks cannot use: it sends no content, and does not wait for people. */
export const decisionProblems = ({
  routes,
  mcp,
  exchange,
  approvals,
}: Pick<GatewayConfiguration, 'routes' | 'mcp' | 'approvals'> & {
  readonly exchange?: unknown;
}): readonly Finding[] => {
  const found: Finding[] = [];
  for (const [index, { details }] of routes.entries()) {
    if (details.length === 0) continue;
    found.push([
      ['routes', index, 'details'],
      'A proxy that asks at decisions sends no content, so each of its requests here would be refused.',
      'Remove details, or give the route to a gateway without decisions, which forwards by itself.',
    ]);
  }
  if (mcp) {
    found.push([
      ['mcp'],
      'A proxy that asks at decisions sends no content, so each message would be refused.',
      'Give the MCP server a gateway without decisions, which forwards by itself.',
    ]);
  }
  if (exchange !== undefined && approvals.waitSeconds > 0) {
    found.push([
      ['approvals', 'waitSeconds'],
      'An exchange would wait for people, and a proxy that asks waits a few seconds only.',
      'Give 0. The proxy then refuses the request at once.',
    ]);
  }
  return found;
};

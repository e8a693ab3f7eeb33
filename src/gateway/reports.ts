/** Reports of a gateway: what was done with a token, by the answer of the upstream. */
import type { Report, ResourceServer } from '../../packages/resource-server/src/resource-server.ts';
import type { Deed, GatewayDecision, Permit } from './decision/gateway-decision.ts';
import type { ForwardResult } from './upstream/forward.ts';

export interface DeedReports {
  /** A permitted request is over: done below status 400, else failed. */
  done(permit: Permit, result: ForwardResult): void;
  /** A request with a verified token was refused. */
  refused(decision: GatewayDecision): void;
}

const LONGEST_TOOL = 200;
const LONGEST_ROUTE = 500;

/** What stands in a report: each tool by itself, or the route. */
const deedsOf = ({ route, tools }: Deed): readonly ({ readonly tool: string } | { readonly route: string })[] =>
  tools.length > 0
    ? tools.map((tool) => ({ tool: tool.slice(0, LONGEST_TOOL) }))
    : [{ route: (route ?? 'other').slice(0, LONGEST_ROUTE) }];

/** Reports nothing without a server. */
export const deedReports = (server: Pick<ResourceServer, 'report'> | undefined): DeedReports => ({
  done({ access, deed }, { status, outcome }) {
    if (!server || !access) return;
    const isDone = outcome === 'answered' && status < 400;
    for (const one of deedsOf(deed)) server.report(access, { ...one, outcome: isDone ? 'done' : 'failed' } as Report);
  },
  refused(decision) {
    if (!server || decision.kind !== 'refuse' || !decision.access || !decision.deed) return;
    for (const one of deedsOf(decision.deed)) server.report(decision.access, { ...one, outcome: 'refused' } as Report);
  },
});

/** Findings about resource servers: reports of tokens that this server did not issue for them. */
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore, Found } from '../ports/document-store.ts';
import type { ResourceServer } from '../resources/resource-servers/resource-server.ts';
import { findingsOfServer } from './examination.ts';
import { FINDINGS, type Finding, findingId } from './finding.ts';
import type { FindingWriter } from './finding-writer.ts';

const DAY = 86_400;
/** A finding is resolved when nothing was reported for so long. */
const QUIET_SECONDS = 7 * DAY;

export interface ServerFindings {
  /** Opens or updates the finding. */
  reported(server: string, count: number, evidence: readonly string[]): Promise<void>;
  /** Resolves it when its time is over. */
  settle(finding: Finding): Promise<void>;
}

export const serverFindings = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly writer: FindingWriter;
  readonly resourceServers: { get(id: string): Found<ResourceServer> };
}): ServerFindings => {
  const { clock, writer, resourceServers } = deps;
  const findings = deps.documents.collection<Finding>(FINDINGS);

  const keep = async (server: string, count: number, evidence: readonly string[]): Promise<void> => {
    const found = (await resourceServers.get(server))?.document;
    await writer.keep([
      {
        ...{ subject: server, subjectKind: 'resource_server', name: found?.name ?? server },
        observed: findingsOfServer(found ? count : 0, evidence),
        isGone: !found,
      },
    ]);
  };

  return {
    async reported(server, count, evidence) {
      const before = (await findings.get(findingId('unknown_tokens', server)))?.document;
      const isSameDay = before?.state === 'open' && before.foundAt > clock.now() - DAY;
      const counted = isSameDay ? (before.parts[0]?.value ?? 0) : 0;
      await keep(server, counted + count, evidence);
    },

    async settle({ subject, updatedAt }) {
      if (updatedAt <= clock.now() - QUIET_SECONDS) await keep(subject, 0, []);
    },
  };
};

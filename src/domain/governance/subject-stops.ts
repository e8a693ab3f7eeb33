import type { AgentRegistry } from '../clients/agents/agent-registry.ts';
import type { ClientRegistry } from '../clients/clients/client-registry.ts';
import { isDocumentId } from '../clients/clients/metadata-document.ts';
import { findingRefusal } from './finding-refusals.ts';
import type { SubjectStops } from './finding-registry.ts';

type Kills = {
  order(
    order: { readonly scope: 'client'; readonly target: string; readonly reason: string },
    by: Parameters<SubjectStops['stop']>[2],
  ): Promise<{ readonly kill: { readonly id: string } }>;
  get(id: string): Promise<{ readonly state: string } | undefined>;
};

/**
 * Suspends agents and disables clients for security. A client with a metadata document is in no registry: it is stopped by a kill, which an
 * administrator lifts. Without `kills`, such a client cannot be stopped.
 */
export const registeredStops = ({
  agents,
  clients,
  kills,
}: {
  readonly agents: Pick<AgentRegistry, 'suspend' | 'resume'>;
  readonly clients: Pick<ClientRegistry, 'disable' | 'enable'>;
  readonly kills?: Kills;
}): SubjectStops => ({
  async stop({ id, subject, subjectKind }, reason, by) {
    if (subjectKind === 'agent') await agents.suspend(subject, by, { security: id });
    else if (!isDocumentId(subject)) await clients.disable(subject, by, { security: id });
    else if (kills) return { kill: (await kills.order({ scope: 'client', target: subject, reason }, by)).kill.id };
    else throw findingRefusal('finding_not_stopped');
    return {};
  },

  async resume({ subject, subjectKind, kill, isApplied }, by) {
    if (!isApplied) return;
    if (kill !== undefined) {
      if ((await kills?.get(kill))?.state === 'standing')
        throw findingRefusal('finding_kill_stands', { params: { kill } });
    } else if (subjectKind === 'agent') await agents.resume(subject, by);
    else await clients.enable(subject, by);
  },
});

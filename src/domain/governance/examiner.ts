/** Reads subjects with what is known of them, and keeps their findings. */

import type { HeldDocuments } from '../audit/held-documents.ts';
import { AGENTS, type Agent } from '../clients/agents/agent.ts';
import type { AgentReader } from '../clients/agents/agent-reader.ts';
import { CLIENTS, type Client } from '../clients/clients/client.ts';
import { isUnexpired } from '../clients/clients/client-reader.ts';
import { isDocumentId } from '../clients/clients/metadata-document.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore, Found } from '../ports/document-store.ts';
import { isDomainError } from '../vocabulary/errors.ts';
import type { ClientActivity } from './client-activity.ts';
import { findingsOfAgent, findingsOfClient } from './examination.ts';
import { FINDINGS, type Finding, findingId } from './finding.ts';
import { type Examined, type FindingWriter, MOST_EXAMINED } from './finding-writer.ts';
import { examinedEntry, INVENTORY_ENTRIES, type InventoryEntry } from './inventory.ts';

export interface Examiner {
  /**
   * Examines agents, clients and apps of inventories by id, any number. `isObservedOnly`: opens and updates findings, and resolves none; an agent without a
   * finding then costs half. Throws StoreUnavailable.
   */
  examine(ids: Iterable<string>, how?: { readonly isObservedOnly: boolean }): Promise<void>;
}

export const examiner = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly writer: FindingWriter;
  readonly activities: Pick<HeldDocuments<ClientActivity>, 'getMany'>;
  readonly uses: Pick<AgentReader, 'lastUses'>;
  /** Agents in their effective state, as token requests see them. */
  readonly effective: Pick<AgentReader, 'getMany'>;
  /** Clients that are a metadata document, as they were last read. */
  readonly documentClients: { get(id: string): Found<Client> };
  /** Suspends the subject of a quarantine that a process began and did not finish. */
  readonly finish: (finding: Finding) => Promise<void>;
}): Examiner => {
  const { documents, clock, writer, activities, uses, effective } = deps;
  const agents = documents.collection<Agent>(AGENTS);
  const clients = documents.collection<Client>(CLIENTS);
  const entries = documents.collection<InventoryEntry>(INVENTORY_ENTRIES);
  const findings = documents.collection<Finding>(FINDINGS);

  const examinedAgents = async (ids: readonly string[]): Promise<readonly Examined[]> => {
    if (ids.length === 0) return [];
    const found = (await agents.getMany(ids)).map(({ document }) => document);
    const [now, used, activity, seen] = [
      clock.now(),
      await uses.lastUses(ids),
      await activities.getMany(ids),
      await effective.getMany(ids),
    ];
    const states = new Map(seen.map(({ document }) => [document.id, document]));
    return found.map((agent): Examined => {
      const facts = {
        ...{ effective: states.get(agent.id), lastUsedAt: used.get(agent.id), activity: activity.get(agent.id), now },
      };
      return {
        ...{ subject: agent.id, subjectKind: 'agent', name: agent.name, owner: agent.owner },
        observed: findingsOfAgent(agent, facts),
        isBlocked: agent.state === 'suspended',
        isGone: agent.state === 'retired',
      };
    });
  };

  const clientsOf = async (ids: readonly string[]): Promise<readonly Client[]> => {
    const registered = (await clients.getMany(ids.filter((id) => !isDocumentId(id)))).map(({ document }) => document);
    const described: Client[] = [];
    for (const id of ids.filter(isDocumentId)) {
      const found = await deps.documentClients.get(id);
      if (found) described.push(found.document);
    }
    return [...registered.filter((client) => isUnexpired(client, clock.now())), ...described];
  };

  const examinedClients = async (ids: readonly string[]): Promise<readonly Examined[]> => {
    if (ids.length === 0) return [];
    const found = await clientsOf(ids);
    const activity = await activities.getMany(ids);
    const now = clock.now();
    const adopted = new Map(
      (await findings.getMany([...activity.keys()].map((id) => findingId('undeclared_agent', id)))).flatMap(
        ({ document }) => (document.state === 'adopted' ? [[document.subject, document.decidedAt] as const] : []),
      ),
    );
    const known = new Set(found.map(({ id }) => id));
    // A client that expired or was deleted has no findings any more.
    const gone = ids
      .filter((id) => !known.has(id))
      .map((id): Examined => ({ subject: id, subjectKind: 'client', name: id, observed: [], isGone: true }));
    return [
      ...gone,
      ...found.map(
        (client): Examined => ({
          ...{ subject: client.id, subjectKind: 'client', name: client.name, owner: client.owner },
          observed: findingsOfClient(client, {
            activity: activity.get(client.id),
            adopted: adopted.get(client.id),
            now,
          }),
          isBlocked: client.state === 'disabled',
          isGone: client.state === 'retired',
        }),
      ),
    ];
  };

  /** As their last import states them. */
  const examinedEntries = async (ids: readonly string[]): Promise<readonly Examined[]> =>
    ids.length === 0 ? [] : (await entries.getMany(ids)).map(({ document }) => examinedEntry(document));

  /**
   * Tries again at the next examination if the subject refuses it now, such as an agent that lost its owner meanwhile. One that
   * always refuses must not hold up the findings of all others.
   */
  const finished = async (finding: Finding): Promise<void> => {
    try {
      await deps.finish(finding);
    } catch (error) {
      if (!isDomainError(error)) throw error;
    }
  };

  return {
    async examine(ids, how) {
      const all = [...new Set(ids)];
      for (let from = 0; from < all.length; from += MOST_EXAMINED) {
        const some = all.slice(from, from + MOST_EXAMINED);
        const ofAgents = some.filter((id) => id.startsWith('agt_'));
        const ofClients = some.filter((id) => id.startsWith('app_') || isDocumentId(id));
        const ofEntries = some.filter((id) => id.startsWith('inv_'));
        const examined = [
          ...(await examinedAgents(ofAgents)),
          ...(await examinedClients(ofClients)),
          ...(await examinedEntries(ofEntries)),
        ];
        for (const finding of await writer.keep(examined, how)) await finished(finding);
      }
    },
  };
};

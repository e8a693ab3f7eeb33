/** Clients with an exception from a rule, the newest first. Used by the API, the command line and the console. */

import type { Page } from '../../platform/registries/registered-documents.ts';
import type { Client } from './client.ts';
import type { ClientQuery } from './client-input.ts';
import { type ClientException, exceptionsOf } from './exceptions.ts';

export type FoundClients = {
  readonly clients: readonly { readonly client: Client; readonly exceptions: readonly ClientException[] }[];
  /** Whether there are more than these. */
  readonly isMore: boolean;
};

/** Finds clients with an exception from a rule. */
export interface ClientFindings {
  /** At most `limit` clients, without retired ones. */
  of(limit: number): Promise<FoundClients>;
}

export const clientFindings = ({
  clients,
}: {
  readonly clients: { list(query: ClientQuery): Promise<Page<Client>> };
}): ClientFindings => ({
  async of(limit): Promise<FoundClients> {
    const { items, next } = await clients.list({ withException: true, limit });
    return {
      clients: items
        .map(({ document }) => document)
        .filter(({ state }) => state !== 'retired')
        .map((client) => ({ client, exceptions: exceptionsOf(client) })),
      isMore: next !== undefined,
    };
  },
});

/**
 * Determines which version of a client that is a metadata document applies to a request. Where an authorization begins, it is
 * the current document. With a credential of a grant, it is the snapshot of the grant. Otherwise it is the last one seen. The
 * document is fetched in the first case only (findings V14, V15).
 */
import Provider, { errors } from 'oidc-provider';
import type { Client } from '../../domain/clients/clients/client.ts';
import type { DocumentClient } from '../../domain/clients/clients/metadata-document.ts';
import type { Asking } from '../../domain/clients/clients/metadata-documents.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import { clientNetwork } from '../../domain/vocabulary/client-network.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { isByClients } from '../seam/endpoint-routes.ts';
import { clientVersionOf } from '../seam/records.ts';
import { factsOf } from '../seam/request-facts.ts';
import type { PresentedGrant } from '../tokens/presented-grant.ts';

/** Routes at which an authorization begins. */
const BEGINNING = new Set<string | undefined>([
  'authorization',
  'pushed_authorization_request',
  'device_authorization',
]);

export type DocumentLookup = {
  /** Undefined for a killed client. */
  current(id: string, asking: Asking): Promise<DocumentClient | undefined>;
  get(id: string): Found<Client>;
  version(id: string, version: string): Promise<DocumentClient | undefined>;
};

export const documentClients = (documents: DocumentLookup, presented: PresentedGrant) => ({
  version: documents.version,

  async find(id: string): Promise<Client | undefined> {
    const context = Provider.ctx;
    const route = context?.oidc?.route;
    if (context && BEGINNING.has(route)) {
      const { id: request, source } = factsOf(context.req);
      return asClientError(() => documents.current(id, { request, source: clientNetwork(source) }));
    }
    const grant = context && isByClients(route) ? await presented.find(context) : undefined;
    if (grant?.clientId === id) {
      const version = clientVersionOf(grant);
      return version === undefined ? undefined : documents.version(id, version);
    }
    return (await documents.get(id))?.document;
  },
});

/** The developer learns what is wrong with a document. For a document that could not be fetched, only that. */
const asClientError = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (isDomainError(error) && error.denial) throw new errors.UnauthorizedClient(error.message, error.denial.reason);
    if (!isDomainError(error) || !['invalid_request', 'invalid_field'].includes(error.code)) throw error;
    const member = error.field === undefined ? '' : `${error.field.slice(1)}: `;
    throw new errors.InvalidClient(`client metadata document: ${member}${error.message}`, error.detail);
  }
};

/** Clients that are a document at a URL, as configured, together with the registered ones. */
import type { Configuration } from '../../config/configuration.ts';
import type { ClientReader } from '../domain/clients/clients/client-reader.ts';
import { documentPolicy } from '../domain/clients/clients/document-policy.ts';
import { isDocumentId } from '../domain/clients/clients/metadata-document.ts';
import { type MetadataDocuments, metadataDocuments } from '../domain/clients/clients/metadata-documents.ts';

type DocumentDependencies = Omit<Parameters<typeof metadataDocuments>[0], 'policy' | 'heldSeconds'>;

export interface ClientDocuments {
  readonly documentClients: MetadataDocuments;
  /** Clients of either kind: a URL is the id of a document, any other id that of a registered client. */
  readonly knownClients: ClientReader;
}

export const clientDocuments = (
  configuration: Configuration,
  clients: ClientReader,
  parts: DocumentDependencies,
): ClientDocuments => {
  const { clientIdMetadata, egress, issuer, sessions, tokens } = configuration;
  const documentClients = metadataDocuments({
    ...parts,
    policy: documentPolicy({
      isEnabled: clientIdMetadata.accept,
      hosts: clientIdMetadata.hosts,
      internalHosts: egress.internalHosts.clientMetadata,
      isDevelopment: issuer.startsWith('http:'),
    }),
    heldSeconds: Math.max(sessions.interactionTtlSeconds, tokens.deviceCodeTtlSeconds),
  });
  return {
    documentClients,
    knownClients: { get: (id) => (isDocumentId(id) ? documentClients.get(id) : clients.get(id)) },
  };
};

/** Clients that are a document at a URL, as configured, together with the registered ones. */
import type { Configuration } from '../../config/configuration.ts';
import type { ClientRegistry } from '../domain/clients/clients/client-registry.ts';
import { documentPolicy } from '../domain/clients/clients/document-policy.ts';
import { isDocumentId } from '../domain/clients/clients/metadata-document.ts';
import { metadataDocuments } from '../domain/clients/clients/metadata-documents.ts';

type DocumentDependencies = Omit<Parameters<typeof metadataDocuments>[0], 'policy' | 'heldSeconds'>;

export const clientDocuments = (configuration: Configuration, clients: ClientRegistry, parts: DocumentDependencies) => {
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
    /** Clients of either kind. */
    knownClients: {
      ...clients,
      get: (id: string) => (isDocumentId(id) ? documentClients.get(id) : clients.get(id)),
    },
  };
};

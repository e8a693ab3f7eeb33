/** A program with the MCP SDK, as its makers show it: it is told the address of an MCP server and finds the rest out itself. */
import { Client, type OAuthClientProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

type Kept = { information?: object; tokens?: object; verifier?: string; discovered?: object; asked?: URL };

export const mcpProgram = (
  server: string,
  about: Pick<OAuthClientProvider, 'redirectUrl' | 'clientMetadata'> & { readonly clientMetadataUrl?: string },
  newClient = (): Client => new Client({ name: 'program', version: '1.0.0' }),
) => {
  const kept: Kept = {};
  const provider: OAuthClientProvider = {
    ...about,
    clientInformation: () => kept.information as never,
    saveClientInformation: (information) => {
      kept.information = information;
    },
    tokens: () => kept.tokens as never,
    saveTokens: (tokens) => {
      kept.tokens = tokens;
    },
    redirectToAuthorization: (url) => {
      kept.asked = url;
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier;
    },
    codeVerifier: () => kept.verifier ?? '',
    saveDiscoveryState: (state) => {
      kept.discovered = state;
    },
    discoveryState: () => kept.discovered as never,
  };
  const transport = () => new StreamableHTTPClientTransport(new URL(server), { authProvider: provider });
  return {
    /** What it remembers, and where it sent the person. */
    kept,
    /** Throws UnauthorizedError after sending the person away. */
    async connect(): Promise<Client> {
      const program = newClient();
      await program.connect(transport());
      return program;
    },
    /** The person came back to this address. */
    cameBack: (to: URL): Promise<void> => transport().finishAuth(to.searchParams),
  };
};

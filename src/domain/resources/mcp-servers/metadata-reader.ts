import { type FetchedDocument, fetchReasonOf, type TrustedFetch } from '../../ports/trusted-fetch.ts';
import { isJson, mcpServerUrl, metadataPlaces, protectedResourceIn, type Read } from './protected-resource.ts';

export interface McpMetadataReader {
  /**
   * Reads the protected resource metadata of an MCP server at its well-known places (RFC 9728 §3.1), by https. A document
   * younger than 30 seconds and a failure of the last minute are remembered. Throws DomainError 'invalid_field' for a wrong URL
   * or a wrong document, 'unavailable' if the server fetches too much. Any other failure is `none`.
   */
  read(url: string): Promise<Read>;
}

/** `fetcher` reaches public hosts, and those of `egress.internalHosts.mcpServers`. */
export const mcpMetadataReader = (fetcher: Pick<TrustedFetch, 'get'>): McpMetadataReader => ({
  async read(given) {
    const reasons: string[] = [];
    for (const url of metadataPlaces(mcpServerUrl(given))) {
      const document = await documentAt(fetcher, url);
      if (typeof document === 'string') {
        reasons.push(`${url}: ${document}`);
        continue;
      }
      const text = new TextDecoder().decode(document.body);
      if (isJson(text)) return { found: protectedResourceIn(text, url, given) };
      reasons.push(`${url}: no JSON`);
    }
    return { none: reasons.join('; ') };
  },
});

/** The document, or why there is none. */
const documentAt = async (fetcher: Pick<TrustedFetch, 'get'>, url: string): Promise<FetchedDocument | string> => {
  try {
    return await fetcher.get({ url, purpose: 'resource_metadata', again: true });
  } catch (error) {
    const reason = fetchReasonOf(error);
    if (reason === undefined || reason === 'over_budget') throw error;
    return reason;
  }
};

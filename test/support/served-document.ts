import type { TrustedFetch } from '../../src/domain/ports/trusted-fetch.ts';

/** A port for fetches that serves one JSON document. `make`: called for each fetch. */
export const servedDocument = (at: string, make: () => object): TrustedFetch => ({
  check: () => undefined,
  async get({ url }) {
    if (url !== at) throw new Error(`nothing is at ${url}`);
    const now = Math.floor(Date.now() / 1000);
    const body = Buffer.from(JSON.stringify(make()));
    return { url, body, mediaType: 'application/json', digest: 'first', fetchedAt: now, freshUntil: now + 300 };
  },
});

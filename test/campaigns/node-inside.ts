/**
 * One more node on the same stores, in this process: makes tokens beside those that clients got over HTTP, and looks
 * at thousands of them by the path that introspection takes, without the HTTP.
 */
import { createPrivateKey, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { pino } from 'pino';
import { loadConfiguration } from '../../config/load.ts';
import { compose } from '../../src/compose.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { providerClients } from '../../src/provider/client-authentication/client-metadata.ts';
import { PROVIDER_RECORDS, type ProviderRecord } from '../../src/provider/seam/records.ts';
import { handleDigest, newHandle } from '../../src/provider/seam/token-handles.ts';
import { issuedTokens } from '../../src/provider/tokens/issued-tokens.ts';
import { tokenLiveness } from '../../src/provider/tokens/token-liveness.ts';
import type { TreeToken } from './kill-tree-seed.ts';
import type { NodesOn } from './nodes-on.ts';

/** Records stored, and tokens asked about, at once. */
const CHUNK = { store: 200, ask: 50 } as const;
/** Milliseconds: it shares its core with fifty creators. */
const PATIENCE = { BEHALF__STORES__DEADLINEMILLISECONDS: '4000' };

export type NodeInside = Awaited<ReturnType<typeof startNodeInside>>;

export const startNodeInside = async ({ environment, issuer }: NodesOn) => {
  const { configuration } = loadConfiguration({ env: { ...environment, ...PATIENCE } });
  const behalf = await compose(configuration, { log: pino({ level: 'silent' }) });
  const made = behalf.services;
  const { documents, clock, masterKey, resourceServers, delegations, revocation } = made;
  // As src/compose.ts makes them for introspection.
  const liveness = tokenLiveness({
    documents,
    clock,
    clients: providerClients(made, issuer),
    accounts: made.accounts,
    resourceServers,
    delegations,
    revocation,
    instances: made.instances,
    authorize: made.authorize,
    links: made.links,
    approvals: made.approvals.service,
    sessions: made.sessions,
    transactions: made.transactions,
    managementApi: `${issuer}/api/v1`,
  });
  const tokens = issuedTokens({ documents, clock, masterKey, issuer, liveness });
  const jwks = await made.keys.privateJwks();
  tokens.useKeys({ keys: jwks.map(({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicPart }) => publicPart) });
  const keys = new Map(
    jwks.map((jwk): [string, KeyObject] => [String(jwk.kid), createPrivateKey({ key: jwk as never, format: 'jwk' })]),
  );
  const records = documents.collection<ProviderRecord>(PROVIDER_RECORDS);

  const anotherJwt = (token: string): string => {
    const header = decodeProtectedHeader(token);
    const key = keys.get(String(header.kid));
    if (!key || header.alg !== 'ES256') throw new Error(`a token with an unexpected header: ${JSON.stringify(header)}`);
    const claims = { ...decodeJwt(token), jti: randomUUID() };
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };

  return {
    /** `count` further tokens, spread over the rows of the tree: the same but for their ids. */
    async more(rows: readonly TreeToken[], count: number): Promise<readonly TreeToken[]> {
      const isJwt = rows[0]?.token.includes('.') ?? false;
      const originals = isJwt
        ? []
        : await records.getMany(
            rows.map(({ token }) => `AccessToken:${handleDigest(masterKey, 'AccessToken', token)}`),
          );
      const byId = new Map(originals.map(({ document }) => [document.id, document]));
      const found: TreeToken[] = [];
      const waiting: ProviderRecord[] = [];
      for (let index = 0; index < count; index += 1) {
        const row = rows[index % rows.length] as TreeToken;
        if (isJwt) {
          found.push({ ...row, token: anotherJwt(row.token) });
          continue;
        }
        const original = byId.get(`AccessToken:${handleDigest(masterKey, 'AccessToken', row.token)}`);
        if (!original) throw new Error('an opaque token has no record');
        const token = newHandle(randomBytes(32).toString('base64url'), clock.nowMillis());
        if (token.length !== row.token.length) throw new Error('the server issues opaque tokens of another form');
        waiting.push({ ...original, id: `AccessToken:${handleDigest(masterKey, 'AccessToken', token)}` });
        found.push({ ...row, token });
        if (waiting.length === CHUNK.store) await records.insertMany(waiting.splice(0));
      }
      if (waiting.length > 0) await records.insertMany(waiting);
      return found;
    },

    /** Those that introspection would call active. */
    async alive(asked: readonly TreeToken[]): Promise<readonly TreeToken[]> {
      const found: TreeToken[] = [];
      for (let from = 0; from < asked.length; from += CHUNK.ask) {
        const chunk = asked.slice(from, from + CHUNK.ask);
        const answers = await Promise.all(chunk.map(({ token }) => sure(() => tokens.find(token))));
        found.push(...chunk.filter((_, index) => answers[index] !== undefined));
        // Other work of this process goes on meanwhile.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return found;
    },

    close: behalf.close,
  };
};

/** Whether a token is dead must be known, however busy the store is with the creators. */
const sure = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isStoreUnavailable(error) || attempt === 20) throw error;
    }
  }
};

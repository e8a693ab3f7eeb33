/**
 * What the package for resource servers costs beside `jwtVerify` of jose alone, in CPU of the process: a token that is new to it, and
 * one that it has seen before. Prints microseconds. The three take turns in one process, so that all meet the same machine.
 */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { benchTokens, ISSUER, RESOURCE } from './bench-tokens.ts';
import type { VerificationMicros } from './verification.ts';

const TOKENS = 64;
const TURNS = 24;
const PER_TURN = process.argv[2] === 'quick' ? 64 : 256;

const { keySet, tokens } = await benchTokens(TOKENS);

const find = createLocalJWKSet(keySet);
const bare = async (token: string): Promise<void> => {
  const options = { issuer: ISSUER, audience: RESOURCE, typ: 'at+jwt', algorithms: ['ES256'] };
  await jwtVerify(token, find, options);
};

const withPackage = (cachedTokens: number) => {
  const server = resourceServer({
    issuer: ISSUER,
    resource: RESOURCE,
    jwksUri: `${ISSUER}/jwks`,
    cachedTokens,
    fetch: async () => Response.json(keySet),
  });
  return async (token: string): Promise<void> => {
    const headers = [
      ['Host', 'notes.example.com'],
      ['Authorization', `Bearer ${token}`],
    ] as const;
    const decision = await server.check({ method: 'GET', target: '/notes', headers }, { scopes: ['notes.read'] });
    if (!decision.granted) throw new Error(decision.refusal.message);
  };
};

const kinds = { bare, first: withPackage(0), seen: withPackage(TOKENS) };
const spent = { bare: [] as number[], first: [] as number[], seen: [] as number[] };

for (let turn = 0; turn < TURNS; turn += 1) {
  for (const name of ['bare', 'first', 'seen'] as const) {
    const before = process.cpuUsage();
    for (let index = 0; index < PER_TURN; index += 1) await kinds[name](String(tokens[index % TOKENS]));
    const { user, system } = process.cpuUsage(before);
    spent[name].push((user + system) / PER_TURN);
  }
}

/** The first turns warm up. The lowest quarter is what the work itself costs; the rest is other work of the machine. */
const typical = (values: readonly number[]): number => {
  const sorted = values.slice(TURNS / 4).toSorted((one, other) => one - other);
  return Number(sorted[Math.floor(sorted.length / 4)]);
};
const micros: VerificationMicros = {
  bare: typical(spent.bare),
  first: typical(spent.first),
  seen: typical(spent.seen),
};
process.stdout.write(JSON.stringify(micros));

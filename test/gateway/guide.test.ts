/** Each snippet of JSON in the guides of the gateway loads. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadGatewayConfiguration } from '../../src/gateway/configuration/load.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Each snippet of JSON, with the heading above it. */
const jsonIn = (page: string): readonly (readonly [heading: string, json: string])[] =>
  textOf(page)
    .split(/^## /m)
    .flatMap((section) =>
      [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(
        ([, json]) => [String(section.split('\n')[0]), String(json)] as const,
      ),
    );

const SNIPPETS = jsonIn('docs/how-to/gateway.md');
const TEN_LINES = String(SNIPPETS[0]?.[1]);
const FOR_PROXIES = jsonIn('docs/how-to/gateway-for-proxies.md').map(
  ([, line]) => ['For a proxy', `{${line}}`] as const,
);

const KEY = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  alg: 'ES256',
};
const FILES: Readonly<Record<string, string>> = { secret: 'a secret', 'agent.jwk': JSON.stringify(KEY) };

test.each([...SNIPPETS, ...FOR_PROXIES])('the ten lines load with the JSON of “%s”', (_heading, snippet) => {
  const whole = JSON.stringify({ ...JSON.parse(TEN_LINES), ...JSON.parse(snippet) });
  const read = (path: string): string => (path === '/gateway.json' ? whole : String(FILES[path.slice(1)]));
  expect(() => loadGatewayConfiguration('/gateway.json', read)).not.toThrow();
});

import { describe, expect, test } from '@jest/globals';
import { deliveredFiles } from './source-files.ts';

/** What code may do in one place only, or nowhere. `sample` shows that the pattern finds what it is meant to find. */
type Ban = {
  readonly what: string;
  readonly pattern: RegExp;
  readonly sample: string;
  /** Files, or folders that end with `/`, that may. Each must do so, or the entry goes. */
  readonly only: readonly string[];
};

const BANS: readonly Ban[] = [
  {
    what: 'reading the environment',
    pattern: /\bprocess\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/,
    sample: 'const { env } = process;',
    // A workload token can be in a variable that the program of the agent names.
    only: ['config/early-data-folder.ts', 'config/load.ts', 'packages/agent/src/workload-token.ts'],
  },
  {
    what: 'asking the machine for the time',
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date(?:\s*\(\s*\)|\s*[;,)])|\bDate\(\)|\bperformance\s*\.\s*now\b|\bhrtime\b/,
    sample: 'const today = new Date();',
    // The driver's own timers run by the machine's time, not by the clock of the server.
    only: [
      'adapters/mongodb/stuck-driver.ts',
      'adapters/node/',
      'packages/agent/src/clock.ts',
      'packages/resource-server/src/clock.ts',
    ],
  },
  {
    what: 'reaching into oidc-provider',
    pattern: /oidc-provider\/lib/,
    sample: "import { unique } from 'oidc-provider/lib/models/replay_detection.js';",
    only: ['src/provider/seam/internals.ts', 'src/provider/seam/provider-internals.d.ts'],
  },
  {
    what: 'markup from text',
    pattern: /\bHtml\s*\.\s*of\b|\.innerHTML\b/,
    sample: 'return Html.of([name], []);',
    only: ['views/html.ts'],
  },
  { what: 'the console', pattern: /\bconsole\s*\./, sample: "console.error('no');", only: [] },
  {
    what: 'the output of the process',
    pattern: /\bprocess\s*\.\s*(?:stdout|stderr|stdin)\b|\{[^}]*\bstd(?:out|err|in)\b[^}]*\}\s*=\s*process\b/,
    sample: "process.stdout.write('');",
    only: ['src/serve.ts', 'src/compose/log.ts', 'src/cli/terminal.ts'],
  },
  {
    what: 'code from text',
    pattern: /\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(|\brunIn(?:New|This)Context\b/,
    sample: "new Function('return 1')",
    only: [],
  },
  {
    // The command line calls the servers that its user names; everything else goes through the guard (SF-12).
    what: 'SF-12 a request to somewhere else',
    pattern:
      /(?<![\w.])fetch\s*\(|=\s*fetch\b|globalThis\s*(?:\.\s*fetch\b|\[)|\bhttps?\s*\.\s*(?:request|get)\s*\(|\bhttpRequest\s*\(|\bundici\b|\bcreateRemoteJWKSet\b|\b(?:net|tls)\s*\.\s*connect\b|\bcreateConnection\b|\bnew\s+(?:WebSocket|EventSource)\b/,
    sample: 'await fetch(url)',
    only: [
      'adapters/egress/',
      // To the one bucket that the user of a command names.
      'adapters/s3/archive-bucket.ts',
      'packages/agent/src/http-client.ts',
      'packages/resource-server/src/http-client.ts',
      'src/cli/management-client.ts',
      'src/cli/mcp/protected-resource.ts',
      // To the one upstream that its operator names.
      'src/gateway/upstream/upstream.ts',
    ],
  },
  { what: 'chance that can be guessed', pattern: /\bMath\s*\.\s*random\b/, sample: 'Math.random()', only: [] },
  {
    what: 'URLs from the request',
    pattern: /\b(?:ctx|context|request|req)\s*\.\s*(?:host|hostname|origin|protocol|href|subdomains)\b/,
    sample: "const url = ctx.origin + '/account';",
    only: [],
  },
  {
    what: 'the path of the management API',
    pattern: /\/api\/v\d/,
    sample: "await fetch('/api/v1/agents');",
    // Of the adapter it is part of a text: it imports the ports of the domain only.
    // The API of Okta has the same path.
    only: [
      'src/domain/vocabulary/management-api.ts',
      'adapters/cedar/entity-ids.ts',
      'views/words/inventory-exports.ts',
    ],
  },
  {
    what: 'errors told apart by their class',
    pattern: /\binstanceof\s+(?:Domain|Http|Command|Configuration|Store|Document)\w*/,
    sample: 'if (error instanceof DomainError) return;',
    only: [],
  },
];

const files = deliveredFiles();
const isWithin = (path: string, entry: string): boolean =>
  entry.endsWith('/') ? path.startsWith(entry) : path === entry;

describe.each(BANS)('$what', ({ pattern, sample, only }) => {
  test(`stands ${only.length === 0 ? 'nowhere' : `in ${only.join(', ')} only`}`, () => {
    expect(sample).toMatch(pattern);
    const found = files.filter(({ code }) => pattern.test(code)).map(({ path }) => path);
    expect(found.filter((path) => !only.some((entry) => isWithin(path, entry)))).toEqual([]);
    expect(only.filter((entry) => !found.some((path) => isWithin(path, entry)))).toEqual([]);
  });
});

/** What of Node's modules opens a connection or asks for a name. */
const WAYS_OUT = /^node:(?:http|https|http2|net|tls|dns|dns\/promises|dgram|inspector|worker_threads)$/;
const HARMLESS = new Set(['createServer', 'BlockList', 'isIP', 'STATUS_CODES']);

/** Of one file, what it imports by value to get out with: `node:tls connect`. */
const waysOut = (code: string): readonly string[] =>
  [...code.matchAll(/^import\s+(?!type\s)([^;'"]*?)\s+from\s+'([^']+)'/gm)].flatMap(([, clause = '', module = '']) => {
    if (!WAYS_OUT.test(module)) return [];
    const names = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1]?.split(',') ?? [clause];
    return names
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type ') && !HARMLESS.has(name.split(' ')[0] ?? ''))
      .map((name) => `${module} ${name}`);
  });

test('SF-12 the guarded way out is the only one: every import that could open a connection is known', () => {
  const found = files.flatMap(({ path, code }) => waysOut(code).map((way) => `${path}: ${way}`));
  expect(found).toEqual([
    'adapters/egress/dialing.ts: node:tls checkServerIdentity',
    'adapters/egress/dialing.ts: node:tls connect',
    'adapters/egress/dialing.ts: node:tls createSecureContext',
    'adapters/egress/dialing.ts: node:tls getCACertificates',
    'adapters/egress/document-exchange.ts: node:http request as httpRequest',
    'adapters/egress/resolving.ts: node:dns promises as dns',
    // A thread of this process that copies the database file. It gets no port of the network.
    'adapters/sqlite/backup-files.ts: node:worker_threads Worker',
    'adapters/sqlite/backup-worker.ts: node:worker_threads parentPort',
    'adapters/sqlite/backup-worker.ts: node:worker_threads workerData',
    // Threads of a command that check lines of a file. They get no port of the network.
    'src/cli/verify-thread-pool.ts: node:worker_threads Worker',
    'src/cli/verify-thread-worker.ts: node:worker_threads parentPort',
    // To a Unix socket, which has no address in a network.
    'src/gateway/unix-socket.ts: node:net connect',
    'src/gateway/upstream/upstream.ts: node:http Agent',
    'src/gateway/upstream/upstream.ts: node:http request as httpRequest',
    'src/gateway/upstream/upstream.ts: node:https request as httpsRequest',
    'src/gateway/upstream/upstream.ts: node:https Agent as TlsAgent',
  ]);
  expect(waysOut("import { createServer, request } from 'node:https';")).toEqual(['node:https request']);
  expect(waysOut("import http from 'node:http';")).toEqual(['node:http http']);
  expect(waysOut("import * as net from 'node:net';")).toEqual(['node:net * as net']);
});

test('AP-20 only a person on a page of ours approves: no rule, no model, no endpoint outside', () => {
  const approving = /\.\s*approve\s*\(/;
  expect('await service.approve(id, by);').toMatch(approving);
  expect(files.filter(({ code }) => approving.test(code)).map(({ path }) => path)).toEqual([
    'src/http/account/approvals/batch.ts',
    'src/http/account/approvals/page.ts',
  ]);
});

test('comments do not count, strings do', () => {
  const code = files.find(({ path }) => path === 'config/load.ts')?.code;
  expect(code).toContain('process.env');
  expect(code).not.toContain('The only reader of process.env');
});

test('suppressions say why', () => {
  const silent = files.filter(({ text }) =>
    /@ts-(?:ignore|nocheck|expect-error)(?! \S)|biome-ignore(?!(?:-\w+)? \S+: \S)/.test(text),
  );
  expect(silent.map(({ path }) => path)).toEqual([]);
});

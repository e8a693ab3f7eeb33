import { describe, expect, test } from '@jest/globals';
import { deliveredFiles, type Import, importsOf } from './source-files.ts';

/**
 * Who may import what. The first line that fits a file is its rule; what a line does not name is forbidden.
 * A path that ends with `/` is a folder, `*` is any one folder, `./` is the folder the line is about.
 * Why each line is as it is: docs/explanation/decisions/0007-import-rules.md.
 */
type Rule = {
  readonly of: string;
  readonly may?: readonly string[];
  /** Besides, as types: nothing is left of it at run time. */
  readonly types?: readonly string[];
  /** Besides, by `import()`. */
  readonly lazily?: readonly string[];
};

const RULES: readonly Rule[] = [
  { of: 'src/domain/resources/authorization-details/detail-schema.ts', may: ['src/domain/', 'ajv/dist/2020.js'] },
  { of: 'src/domain/identity/factors/totp.ts', may: ['otpauth'] },
  { of: 'src/domain/identity/factors/webauthn.ts', may: ['./', '@simplewebauthn/server'] },
  { of: 'src/domain/platform/rate-limits/web-domain.ts', may: ['tldts'] },
  { of: 'src/domain/ports/write-priority.ts', may: ['node:async_hooks'] },
  { of: 'src/domain/audit/transaction-context.ts', may: ['node:async_hooks'] },
  { of: 'src/domain/', may: ['./', 'node:crypto', 'jose'], types: ['node:http'] },

  { of: 'src/extensions/extension.ts', types: ['src/domain/'] },
  { of: 'src/extensions/*/grant.ts', may: ['./'], types: ['src/extensions/extension.ts'] },
  { of: 'src/extensions/*/endpoint.ts', types: ['src/extensions/extension.ts'] },
  { of: 'src/extensions/*/', may: ['./', 'src/domain/'], types: ['src/extensions/extension.ts'] },

  {
    of: 'src/provider/seam/internals.ts',
    may: [
      'oidc-provider/lib/actions/grants/client_credentials.js',
      'oidc-provider/lib/actions/grants/refresh_token.js',
      'oidc-provider/lib/helpers/als.js',
      'oidc-provider/lib/helpers/grants.js',
      'oidc-provider/lib/shared/client_auth.js',
    ],
  },
  { of: 'src/provider/seam/current-exchange.ts', may: ['oidc-provider', 'node:async_hooks'], types: ['node:http'] },
  {
    of: 'src/provider/',
    may: ['./', 'src/domain/', 'oidc-provider', 'jose', 'node:crypto'],
    types: ['src/extensions/extension.ts', 'config/configuration.ts', 'node:http', 'node:events'],
  },

  { of: 'views/assets.ts', may: ['views/style-tokens.ts', 'node:crypto', 'node:fs'] },
  { of: 'views/first-commands.ts', may: ['node:fs'] },
  { of: 'views/partials/qr-code.ts', may: ['views/html.ts', 'uqr'] },
  // Bundled for the browser: nothing else imports it.
  { of: 'views/editor/cedar-language.ts', may: ['@codemirror/language', '@lezer/highlight'] },
  { of: 'views/editor/', may: ['./'] },
  { of: 'views/', may: ['./'] },

  { of: 'src/http/assets.ts', may: ['node:zlib'], types: ['views/assets.ts', 'koa'] },
  { of: 'src/http/management/zip.ts', may: ['node:stream', 'node:zlib'], types: [] },
  {
    of: 'src/http/',
    may: [
      './',
      'src/domain/',
      'views/',
      'koa',
      '@koa/router',
      'ajv/dist/2020.js',
      'prom-client',
      'tldts',
      'node:crypto',
      'node:http',
      'node:net',
      'node:stream',
      'node:url',
    ],
    types: ['pino'],
  },

  { of: 'adapters/memory/', may: ['./', 'src/domain/ports/'] },
  {
    // Backups run on a thread of their own, and their folder is read without blocking the server.
    of: 'adapters/sqlite/backup-*.ts',
    may: ['./', 'src/domain/ports/', 'node:fs/promises', 'node:path', 'node:worker_threads'],
  },
  {
    of: 'adapters/sqlite/',
    // A recursive mkdir never ends in some file systems.
    may: [
      './',
      'adapters/node/private-folder.ts',
      'src/domain/ports/',
      'node:sqlite',
      'node:fs',
      'node:path',
      'node:crypto',
    ],
  },
  { of: 'adapters/redis/', may: ['./', 'src/domain/ports/', 'ioredis'] },
  { of: 'adapters/mongodb/', may: ['./', 'src/domain/ports/', 'mongodb', 'node:async_hooks'] },
  {
    of: 'adapters/postgresql/',
    may: ['./', 'src/domain/ports/', 'pg', 'node:crypto', 'node:fs', 'node:timers/promises'],
  },
  // The order of ids by time is a rule of the port.
  { of: 'adapters/node/identifiers.ts', may: ['node:crypto', 'src/domain/ports/identifiers.ts'] },
  { of: 'adapters/node/compression.ts', may: ['node:util', 'node:zlib'], types: ['src/domain/ports/'] },
  {
    of: 'adapters/node/',
    may: [
      ...['./', 'node:crypto', 'node:fs', 'node:fs/promises', 'node:module', 'node:os', 'node:path', 'node:sqlite'],
      ...['node:v8', 'node:zlib'],
    ],
    types: ['src/domain/ports/'],
  },

  {
    of: 'adapters/egress/',
    may: ['./', 'src/domain/ports/', 'tldts', 'node:crypto', 'node:dns', 'node:http', 'node:net', 'node:tls'],
    types: ['node:stream'],
  },

  { of: 'adapters/s3/', may: ['./', 'node:crypto', 'node:timers/promises'], types: ['src/domain/ports/'] },

  { of: 'adapters/mail/', may: ['src/domain/ports/', 'nodemailer'] },

  {
    of: 'adapters/openid-client/',
    may: ['./', 'src/domain/ports/', 'openid-client'],
    types: ['node:crypto'],
  },

  {
    of: 'adapters/cedar/',
    may: [
      './',
      'src/domain/ports/',
      '@cedar-policy/cedar-wasm/nodejs',
      'node:crypto',
      'node:fs',
      'node:module',
      'node:net',
      'node:path',
    ],
  },

  { of: 'config/', may: ['./', 'ajv/dist/2020.js', 'node:fs', 'node:net'] },

  // A package of its own: it runs where the server's code is not, and on other platforms than Node.
  { of: 'packages/resource-server/src/', may: ['./', 'jose'] },
  // Of its own too. Agents run on Node: keys are in files.
  { of: 'packages/agent/src/composition.ts', may: ['./', 'node:async_hooks'] },
  {
    of: 'packages/agent/src/',
    may: ['./', 'openid-client', 'node:crypto', 'node:fs/promises', 'node:http', 'node:path'],
    types: ['node:net'],
  },

  // A process of its own beside the server: it speaks HTTP to it, by the packages for APIs and agents.
  {
    of: 'src/gateway/',
    may: [
      './',
      'config/problem.ts',
      'config/schema-parts.ts',
      'packages/agent/src/agent.ts',
      'packages/resource-server/src/',
      'src/domain/vocabulary/strict-json.ts',
      'src/listening.ts',
      'src/public-server.ts',
      'ajv/dist/2020.js',
      'node:buffer',
      'node:crypto',
      'node:fs',
      'node:http',
      'node:https',
      'node:net',
      'node:path',
      'node:timers/promises',
    ],
    types: ['jose', 'node:stream'],
  },

  // A process of its own beside the logs that it watches: it has no store, and trusts files only.
  {
    of: 'src/witness/',
    may: [
      './',
      'adapters/node/file-lock.ts',
      'adapters/node/key-files.ts',
      'adapters/node/private-folder.ts',
      'config/problem.ts',
      'src/domain/audit/transparency-log/',
      'src/domain/vocabulary/strict-json.ts',
      'src/listening.ts',
      'src/public-server.ts',
      'node:crypto',
      'node:fs',
      'node:path',
    ],
    types: ['src/domain/ports/clock.ts', 'node:http'],
  },

  { of: 'src/cli/sign-in/loopback.ts', may: ['src/cli/', 'node:crypto', 'node:http'] },
  { of: 'src/cli/sign-in/open-browser.ts', may: ['node:child_process'] },
  { of: 'src/cli/sign-in/sign-in.ts', may: ['src/cli/', 'src/domain/', 'config/', 'adapters/node/', 'openid-client'] },
  {
    // Threads that check the lines of a large export.
    of: 'src/cli/verify-thread-*.ts',
    may: ['src/domain/audit/', 'node:os', 'node:worker_threads'],
  },
  {
    of: 'src/cli/',
    may: [
      './',
      'config/',
      'src/domain/',
      'adapters/node/',
      'adapters/s3/',
      'adapters/sqlite/',
      'jose',
      'node:crypto',
      'node:fs',
      'node:path',
      'node:readline',
      'node:stream',
      'node:stream/promises',
      'node:util',
    ],
    lazily: [
      'src/serve.ts',
      'src/gateway/configuration/load.ts',
      'src/gateway/gateway.ts',
      'src/gateway/log-lines.ts',
      'src/witness/configuration.ts',
      'src/witness/witness-server.ts',
      'src/stop-signals.ts',
      'src/compose/export-data.ts',
      // Verifies the audit log in either store.
      'src/compose/verify-store.ts',
      'src/compose/import-data.ts',
      'src/compose/policy-rollback.ts',
      'src/compose/restore-data.ts',
      'src/compose/trusted-checkpoints.ts',
      'src/compose/archive.ts',
    ],
  },

  {
    of: 'src/first-start.ts',
    may: [
      'adapters/node/',
      'config/problem.ts',
      'config/production-rules.ts',
      'src/domain/platform/cluster/mutex.ts',
      'src/domain/vocabulary/management-api.ts',
      'src/http/management/management-scopes.ts',
      'jose',
      'node:path',
    ],
    types: ['config/configuration.ts', 'src/domain/'],
  },
  {
    of: 'src/node-state.ts',
    may: ['adapters/node/', 'src/domain/audit/', 'node:path'],
    types: ['src/domain/'],
  },
  {
    of: 'src/housekeeping.ts',
    may: ['src/domain/ports/document-store.ts'],
    types: [
      'config/configuration.ts',
      'src/domain/ports/',
      'src/domain/platform/retention/',
      'src/http/operations.ts',
      'pino',
    ],
  },
  {
    of: 'src/compose/console-pages.ts',
    may: ['src/domain/'],
    types: ['./', 'src/http/console/', 'src/http/interaction/people-deps.ts', 'src/http/management/resource-table.ts'],
  },
  {
    of: 'src/compose/people-pages.ts',
    may: [
      'src/domain/',
      'src/http/account/approvals/live.ts',
      'src/http/middleware/language.ts',
      'src/compose/upstream-pages.ts',
    ],
    types: ['./', 'src/http/interaction/people-deps.ts', 'config/configuration.ts'],
  },
  {
    of: 'src/compose/brand.ts',
    may: ['config/brand.ts', 'src/http/brand.ts'],
    types: ['config/configuration.ts'],
  },
  {
    of: 'src/compose/client-certificates.ts',
    may: ['src/domain/', 'src/http/client-certificates.ts', 'node:fs'],
    types: ['config/configuration.ts'],
  },
  {
    of: 'src/compose/oidc-provider.ts',
    may: ['src/domain/', 'src/provider/', 'src/http/interaction/upstream-browser.ts'],
    types: ['./', 'config/configuration.ts'],
  },
  {
    of: 'src/compose/extensions.ts',
    may: ['src/extensions/', 'src/provider/'],
    types: ['./', 'config/configuration.ts', 'src/domain/'],
  },
  {
    of: 'src/compose/management-api.ts',
    may: [
      'src/domain/',
      'src/provider/',
      'src/http/management/resource-table.ts',
      'src/http/management/router.ts',
      'src/compose/this-server.ts',
      'node:timers/promises',
    ],
    types: ['./', 'config/configuration.ts', 'src/http/operations.ts'],
  },
  {
    of: 'src/compose/this-server.ts',
    may: ['config/production-rules.ts', 'src/compose/version.ts'],
    types: ['./', 'config/configuration.ts', 'src/http/management/resources/server.ts', 'src/http/operations.ts'],
  },
  {
    of: 'src/compose/notifications.ts',
    may: ['src/domain/', 'views/mail/', 'views/push/'],
    types: ['./', 'config/configuration.ts'],
  },
  {
    of: 'src/compose/revocation-feed.ts',
    may: ['adapters/node/stopwatch.ts', 'src/domain/', 'src/provider/grants/', 'node:async_hooks'],
    types: ['./'],
  },
  {
    of: 'src/compose/status-lists.ts',
    may: [
      'adapters/node/compression.ts',
      'adapters/node/stopwatch.ts',
      'src/domain/',
      'src/provider/grants/',
      'src/provider/tokens/',
      'node:async_hooks',
      'node:timers/promises',
    ],
    types: ['./', 'config/configuration.ts'],
  },
  {
    of: 'src/compose/mailer.ts',
    may: ['adapters/mail/', 'config/rules.ts'],
    types: ['config/configuration.ts', 'src/domain/'],
  },
  {
    of: 'src/compose/',
    may: [
      './',
      'config/data-folder.ts',
      'config/store-rules.ts',
      'adapters/',
      'src/domain/',
      'src/provider/',
      'src/http/metrics.ts',
      'src/first-start.ts',
      'src/node-state.ts',
      'pino',
      'node:crypto',
      'node:fs',
      'node:timers/promises',
    ],
    types: ['config/configuration.ts', 'src/http/operations.ts', 'node:http'],
  },
  {
    of: 'src/compose.ts',
    may: ['src/compose/', 'src/domain/', 'src/provider/', 'src/http/', 'src/first-start.ts', 'src/housekeeping.ts'],
    types: ['config/configuration.ts', 'pino', 'node:http'],
  },
  { of: 'src/public-server.ts', may: ['node:crypto', 'node:fs', 'node:http', 'node:https'] },
  { of: 'src/listening.ts', types: ['node:http'] },
  {
    of: 'src/listeners.ts',
    may: ['src/http/metrics.ts', 'src/http/operations.ts', 'src/listening.ts', 'src/public-server.ts'],
    types: ['config/configuration.ts', 'node:http'],
  },
  { of: 'src/greeting.ts', types: ['config/configuration.ts', 'src/first-start.ts'] },
  { of: 'src/stop-signals.ts', may: ['adapters/node/', 'node:os'] },
  {
    of: 'src/workers/',
    may: ['./', 'src/http/metrics.ts', 'src/listening.ts', 'node:cluster', 'prom-client'],
    types: ['config/configuration.ts', 'src/compose.ts', 'src/http/operations.ts', 'node:http', 'pino'],
  },
  {
    of: 'src/main.ts',
    may: [
      'adapters/node/compiled-modules.ts',
      'adapters/node/own-modules.ts',
      'config/early-data-folder.ts',
      'node:cluster',
    ],
    lazily: ['src/serve.ts'],
  },
  {
    of: 'src/serve.ts',
    may: [
      'adapters/node/',
      'config/',
      'src/compose.ts',
      'src/greeting.ts',
      'src/http/metrics.ts',
      'src/listeners.ts',
      'src/load-later.ts',
      'src/public-server.ts',
      'src/recovery-mode.ts',
      'src/stop-signals.ts',
      'src/workers/',
      'node:cluster',
      'node:path',
    ],
    types: ['src/first-start.ts', 'src/http/operations.ts'],
  },
  { of: 'src/load-later.ts', may: [], types: ['src/compose.ts', 'pino'] },
  {
    of: 'src/recovery-mode.ts',
    may: [
      'adapters/sqlite/',
      'config/data-folder.ts',
      'src/compose/data-volume.ts',
      'src/compose/log.ts',
      'src/compose/stores.ts',
      'src/domain/ports/document-store.ts',
      'src/http/metrics.ts',
      'src/listeners.ts',
      'node:timers/promises',
    ],
    types: ['config/configuration.ts'],
  },
];

const files = deliveredFiles();

const expressions = new Map<string, RegExp>();

const expressionOf = (pattern: string): RegExp => {
  const known = expressions.get(pattern);
  if (known) return known;
  const source = pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+');
  const made = new RegExp(`^${source}${pattern.endsWith('/') ? '' : '$'}`);
  expressions.set(pattern, made);
  return made;
};

/** The part of `path` that `pattern` names, or undefined. */
const namedBy = (pattern: string, path: string): string | undefined => expressionOf(pattern).exec(path)?.[0];

const ruleOf = (path: string): Rule | undefined => RULES.find(({ of }) => namedBy(of, path) !== undefined);

const folderOf = (rule: Rule, path: string): string => (namedBy(rule.of, path) ?? '').replace(/[^/]*$/, '');

/** The entry of the table that allows it. */
const allowance = (path: string, { target, kind }: Import): string | undefined => {
  const rule = ruleOf(path);
  if (!rule) return undefined;
  const { may = [], types = [], lazily = [] } = rule;
  const entries = [...may, ...(kind === 'type' ? types : []), ...(kind === 'lazy' ? lazily : [])];
  return entries.find((entry) => namedBy(entry === './' ? folderOf(rule, path) : entry, target) !== undefined);
};

const imported = files.flatMap(({ path, imports }) => imports.map((one) => ({ path, one })));

describe('the import table', () => {
  test('has a line for every file', () => {
    expect(files.length).toBeGreaterThan(150);
    expect(files.filter(({ path }) => ruleOf(path) === undefined).map(({ path }) => path)).toEqual([]);
  });

  test('allows every import there is', () => {
    const forbidden = imported
      .filter(({ path, one }) => allowance(path, one) === undefined)
      .map(({ path, one }) => {
        const { of = 'no rule', may = [], types = [] } = ruleOf(path) ?? {};
        const only = types.length === 0 ? '' : `; as types only: ${types.join(', ')}`;
        const kind = one.kind === 'value' ? '' : ` (${one.kind})`;
        return `${path} → ${one.target}${kind}. The rule of ${of} allows: ${may.join(', ')}${only}`;
      });
    expect(forbidden).toEqual([]);
  });

  test('allows nothing that no file needs', () => {
    const governed = Map.groupBy(files, ({ path }) => ruleOf(path));
    const unneeded = [...governed].flatMap(([rule, all]) => {
      if (!rule) return [];
      const used = new Set(all.flatMap(({ path, imports }) => imports.map((one) => allowance(path, one))));
      const entries = [...(rule.may ?? []), ...(rule.types ?? []), ...(rule.lazily ?? [])];
      return entries.filter((entry) => !used.has(entry)).map((entry) => `${rule.of} → ${entry}`);
    });
    expect(unneeded).toEqual([]);
  });

  test.each([
    ['src/domain/clients/agents/agent.ts', "import { compose } from '../../../compose.ts';"],
    ['src/domain/clients/agents/agent.ts', "import type { Context } from 'koa';"],
    ['src/domain/clients/agents/agent.ts', "import { readFileSync } from 'node:fs';"],
    ['src/extensions/token-exchange/exchange.ts', "import { engine } from '../../provider/build-provider.ts';"],
    ['src/extensions/token-exchange/exchange.ts', "import type { Provider } from 'oidc-provider';"],
    ['src/extensions/token-exchange/grant.ts', "import { other } from '../jwt-bearer/assertion.ts';"],
    ['src/http/app.ts', "import { engine } from '../provider/build-provider.ts';"],
    ['src/provider/grants/grants.ts', "import { checkDpopReplay } from 'oidc-provider/lib/helpers/grants.js';"],
    ['views/layout.ts', "import type { Account } from '../src/domain/identity/accounts/account.ts';"],
    ['adapters/sqlite/tables.ts', "import type { Account } from '../../src/domain/identity/accounts/account.ts';"],
    ['src/cli/main.ts', "import { serve } from '../serve.ts';"],
    ['src/main.ts', "import { serve } from './serve.ts';"],
    ['config/load.ts', "import { compose } from '../src/compose.ts';"],
    ['src/http/app.ts', "import { pino } from 'pino';"],
    ['src/http/app.ts', 'const part = await import(name);'],
    ['src/http/app.ts', "import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';"],
    ['packages/resource-server/src/dpop.ts', "import { digestOf } from '../../../src/domain/approvals/action.ts';"],
    ['packages/resource-server/src/digest.ts', "import { createHash } from 'node:crypto';"],
    ['packages/resource-server/src/express.ts', "import type { Request } from 'express';"],
    ['packages/agent/src/agent.ts', "import { CIBA } from '../../../src/domain/vocabulary/grant-types.ts';"],
    ['packages/agent/src/keys.ts', "import { importJWK } from 'jose';"],
  ])('refuses in %s: %s', (path, line) => {
    const [one] = importsOf(path, line);
    expect(one).toBeDefined();
    expect(allowance(path, one as Import)).toBeUndefined();
  });
});

describe('modules', () => {
  test('do not import each other in a circle, not even as types', () => {
    const next = new Map(files.map(({ path, imports }) => [path, imports.filter(({ isOurs }) => isOurs)]));
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (path: string, visited: readonly string[]): void => {
      if (visited.includes(path)) circles.push([...visited.slice(visited.indexOf(path)), path].join(' → '));
      if (visited.includes(path) || done.has(path)) return;
      for (const { target } of next.get(path) ?? []) walk(target, [...visited, path]);
      done.add(path);
    };
    for (const { path } of files) walk(path, []);
    expect(circles).toEqual([]);
  });

  test('are named with their extension', () => {
    const unnamed = imported.filter(({ one }) => one.isOurs && !/\.ts$/.test(one.specifier));
    expect(unnamed.map(({ path, one }) => `${path}: ${one.specifier}`)).toEqual([]);
  });

  test('hand nothing on but types of their own folder: no barrels, and no drawers', () => {
    const handedOn = files.flatMap(({ path, code }) =>
      [...code.matchAll(/^export\s[^;'"]*?\sfrom\s+'([^']+)'/gm)]
        .filter(([statement, from]) => !(statement.startsWith('export type {') && String(from).startsWith('./')))
        .map(() => path),
    );
    // A package has one entry, from which its users import.
    expect([...new Set(handedOn)]).toEqual([
      'packages/agent/src/agent.ts',
      'packages/resource-server/src/resource-server.ts',
      'src/provider/seam/internals.ts',
    ]);
    const drawers = files.filter(({ path }) => /\/(?:index|utils?|helpers?|common|types|misc)(?:\.ts$|\/)/.test(path));
    expect(drawers.map(({ path }) => path)).toEqual([]);
  });
});

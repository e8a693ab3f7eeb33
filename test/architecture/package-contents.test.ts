import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const jsonOf = <T>(path: string): T => JSON.parse(textOf(path)) as T;

type Package = {
  readonly version: string;
  readonly license?: string;
  readonly private?: boolean;
  readonly engines?: { readonly node?: string };
  readonly bin?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
};
type Locked = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: true;
};
type Lock = {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked & Partial<Package>>>;
};

const manifest = jsonOf<Package>('package.json');
const lock = jsonOf<Lock>('package-lock.json');
const pinned = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

/** Whether a range of `engines` holds the last Node 20. The upper bounds in the lock file are all above it. */
const isForNode20 = (range = '*'): boolean =>
  range.split('||').some((part) => {
    const [, operator = '', major = '0'] = /^\s*(>=?|[\^~=v]*)\s*(\d+)?/.exec(part) ?? [];
    return operator.startsWith('>') || part.trim() === '*' ? Number(major) <= 20 : Number(major) === 20;
  });

/** What is in the repository, or about to be. */
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  .toString()
  .split('\n')
  .filter((path) => path !== '' && statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile());

describe('package.json', () => {
  test('pins every package to one version', () => {
    expect(pinned.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect(manifest.dependencies['oidc-provider']).toBe('9.13.3');
  });

  test('brings the Node it runs on, and can be installed by the one before', () => {
    expect(manifest.devDependencies['node']).toMatch(/^24\./);
    expect(manifest.engines?.node).toBe('>=20');
    expect(manifest.scripts['start']).toMatch(/^exec node src\/main\.ts/);
  });

  test('lets one package run a script when it is installed: the one that fetches Node', () => {
    const allowed = Object.entries(manifest.allowScripts ?? {}).filter(([, isAllowed]) => isAllowed);
    expect(allowed.map(([name]) => name)).toEqual(['node']);
  });

  test('is licensed, and not to be published by mistake', () => {
    expect(manifest.license).toBe('Apache-2.0');
    expect(textOf('LICENSE')).toContain('Apache License');
    expect(manifest.private).toBe(true);
  });

  test('names files that exist', () => {
    const named = [...Object.values(manifest.bin ?? {}), ...(manifest.files ?? [])];
    const path = (name: string): string => join(ROOT, name.replace(/^!/, ''));
    expect(named.filter((name) => !existsSync(path(name)))).toEqual([]);
    const inScripts = Object.values(manifest.scripts).flatMap(
      (script) => script.match(/\b(?:src|test)\/[\w./-]+/g) ?? [],
    );
    expect(inScripts.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    for (const path of Object.values(manifest.bin ?? {})) expect(textOf(path)).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('packs no tests and no documentation site', () => {
    expect(manifest.files?.filter((path) => /^(?:test|site|dist)\b/.test(path))).toEqual([]);
    expect(Object.keys(manifest.dependencies).filter((name) => /vitepress|^vue$/.test(name))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  test('has what package.json says', () => {
    expect(lock.lockfileVersion).toBe(3);
    const root = lock.packages[''];
    expect({ ...root?.dependencies, ...root?.devDependencies }).toEqual(Object.fromEntries(pinned));
    for (const [name, version] of pinned) expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  test('names no registry, so that it can be installed from any, and a digest for every package', () => {
    // Our own packages are folders here: a link to each, and the folder.
    const isOwn = ([path, { link }]: [string, Locked]): boolean => link === true || path.startsWith('packages/');
    const all = Object.entries(lock.packages).filter(([path]) => path !== '');
    const packages = all.filter((one) => !isOwn(one));
    expect(all.filter(isOwn).filter(([, { resolved }]) => resolved?.includes(':'))).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
  });

  test('has only packages that Node 20 installs without a warning', () => {
    const tooNew = Object.entries(lock.packages).filter(([, { engines }]) => !isForNode20(engines?.node));
    expect(tooNew.map(([path, { engines }]) => `${path}: ${engines?.node}`)).toEqual([]);
    expect(['>=22', '^22.12 || ^24', '24.x'].filter(isForNode20)).toEqual([]);
  });
});

describe('the repository', () => {
  const texts = tracked
    .filter((path) => !path.startsWith('package-lock') && statSync(join(ROOT, path)).size < 1_000_000)
    .map((path) => ({ path, text: textOf(path) }));

  test('has no path of the machine it was written on', () => {
    expect(texts.length).toBeGreaterThan(300);
    const own = [ROOT, /(?<![\w.])\/(?:home|Users|root|work)\/[\w.-]+/, /[A-Z]:\\Users\\/];
    const found = texts.filter(({ path, text }) => path !== OWN_PATH && own.some((one) => text.search(one) >= 0));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test('has no host but those made for examples', () => {
    const others = texts.filter(({ path }) => !path.startsWith(TRACES));
    const strange = others.flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /\b(?:https?|wss?):\/\/(?:[^\s/@"'`<>]*@)?([a-z0-9.-]+\.[a-z]{2,})(?=[\s/:"'`<>?#)\]},;.]|$)/gi,
        ),
      ]
        .map(([, host]) => String(host).toLowerCase())
        .filter((host) => !ALLOWED_HOSTS.some((allowed) => host === allowed || host.endsWith(`.${allowed}`)))
        .map((host) => `${path}: ${host}`),
    );
    expect([...new Set(strange)]).toEqual([]);
  });

  test('has no key and no data', () => {
    const keys = texts.filter(({ text }) => /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[\w+/=]{40}/.test(text));
    expect(keys.map(({ path }) => path)).toEqual([]);
    const privateJwks = texts.filter(
      ({ path, text }) => /\.jwk(?:\.json)?$/.test(path) || /"d":\s*"[\w-]{43}"/.test(text),
    );
    expect(privateJwks.map(({ path }) => path)).toEqual([]);
    expect(tracked.filter((path) => /\.(?:db|db-wal|pem|key|p12|ndjson)$|(?:^|\/)master\.key$/.test(path))).toEqual([]);
  });
});

/** This file names what must not be there. */
const OWN_PATH = 'test/architecture/package-contents.test.ts';

/** Requests of real hosts of MCP, with the public reports that they are from. */
const TRACES = 'test/integration/mcp-hosts';

/** RFC 2606 and RFC 6761, where the documents live that ours cite, and what guides have to name. */
const ALLOWED_HOSTS = [
  'example',
  'example.com',
  'example.net',
  'example.org',
  'test',
  'invalid',
  'localhost',
  'cedarpolicy.com',
  'c2sp.org',
  'rfc-editor.org',
  'openid.net',
  'json-schema.org',
  'apache.org',
  'semver.org',
  'w3.org',
  // Platforms that agents run on: issuers of workload tokens, and where those are had (docs/how-to/workloads).
  'accounts.google.com',
  'amazonaws.com',
  'api.aws',
  'gitlab.com',
  'login.microsoftonline.com',
  'metadata.google.internal',
  'svc.cluster.local',
  'sts.windows.net',
  'token.actions.githubusercontent.com',
  // Systems whose inventories are imported: their APIs, the names of their rights, and where both are documented (docs/how-to/inventories.md).
  'googleapis.com',
  'mail.google.com',
  'developers.google.com',
  'graph.microsoft.com',
  'learn.microsoft.com',
  'api.github.com',
  'docs.github.com',
  'developer.okta.com',
];

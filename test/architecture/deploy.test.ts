/**
 * What stands in deploy/, and the Containerfile: no engine runs here, so the rules a container has to keep are
 * checked on the files, and each rule is shown to find what it is meant to find.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { loadConfiguration } from '../../config/load.ts';
import { type ComposeFile, composeFaults, kubernetesFaults, type Manifest, podTemplates } from './deploy-rules.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const documentsOf = (path: string): readonly unknown[] =>
  parseAllDocuments(textOf(path), { version: '1.2', merge: true, uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]?.message}`);
    return document.toJS() as unknown;
  });

const compose = documentsOf('deploy/compose.yaml')[0] as ComposeFile;
const kubernetesFiles = readdirSync(join(ROOT, 'deploy/kubernetes')).filter((name) => name.endsWith('.yaml'));
const manifests = kubernetesFiles
  .filter((name) => name !== 'kustomization.yaml')
  .flatMap((name) => documentsOf(`deploy/kubernetes/${name}`) as readonly Manifest[]);
const kustomization = documentsOf('deploy/kubernetes/kustomization.yaml')[0] as {
  readonly resources: readonly string[];
  readonly secretGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
};

/** Values that fit, in place of real secrets. */
const SECRETS: Readonly<Record<string, string>> = {
  master_key: Buffer.from(Array.from({ length: 32 }, (_, index) => 9 + 7 * index)).toString('base64url'),
  administrator_password: 'a long enough pass phrase',
  mongodb_url: 'mongodb://behalf:secret@mongodb-1,mongodb-2,mongodb-3/behalf?replicaSet=rs0',
  redis_url: 'redis://behalf:secret@redis:6379/0',
};

/** As the server would load them, in production and at its first start. Throws with every problem. */
const settingsOf = (
  env: Readonly<Record<string, string>>,
  argv: readonly string[],
  files: Readonly<Record<string, string>>,
) =>
  loadConfiguration({
    env,
    argv,
    isFirstStart: true,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`nothing is mounted at ${path}`);
      return text;
    },
  }).configuration;

describe('compose.yaml', () => {
  test('keeps every rule', () => {
    expect(composeFaults(compose)).toEqual([]);
  });

  test('starts two of ours with settings that production takes, from secrets in files', () => {
    const ours = Object.values(compose.services).filter(({ image }) => image.startsWith('behalf:'));
    expect(ours).toHaveLength(2);
    for (const { environment = {}, secrets = [] } of ours) {
      const files = Object.fromEntries(secrets.map((name) => [`/run/secrets/${name}`, String(SECRETS[name])]));
      const settings = settingsOf(environment, [], files);
      expect(settings.stores).toMatchObject({ document: 'mongodb', ephemeral: 'redis' });
      expect(settings.listen.trustedProxies).toEqual(
        compose.networks['front']?.ipam?.config.map(({ subnet }) => subnet),
      );
    }
  });

  test('the proxy knows every node, and every path it names is mounted', () => {
    const caddy = textOf('deploy/Caddyfile');
    const upstreams = /reverse_proxy (.*) \{/.exec(caddy)?.[1]?.split(' ');
    expect(upstreams?.sort()).toEqual(
      Object.keys(compose.services)
        .filter((name) => /^behalf-\d/.test(name))
        .map((name) => `${name}:3000`),
    );
    const mounted = (compose.services['proxy']?.secrets ?? []).map((name) => `/run/secrets/${name}`);
    expect(caddy.match(/\/run\/secrets\/\w+/g)?.sort()).toEqual([...mounted].sort());
  });

  test.each<[string, (changed: ComposeFile) => void]>([
    ['an image without a version', ({ services }) => Object.assign(services['redis'] as object, { image: 'redis' })],
    ['an image of the day', ({ services }) => Object.assign(services['redis'] as object, { image: 'redis:latest' })],
    ['root', ({ services }) => Object.assign(services['redis'] as object, { user: '0' })],
    ['no user', ({ services }) => Object.assign(services['behalf-1'] as object, { user: undefined })],
    [
      'a root that can be written',
      ({ services }) => Object.assign(services['behalf-1'] as object, { read_only: false }),
    ],
    ['capabilities', ({ services }) => Object.assign(services['behalf-1'] as object, { cap_drop: [] })],
    ['no limit', ({ services }) => Object.assign(services['behalf-2'] as object, { mem_limit: undefined })],
    ['no health check', ({ services }) => Object.assign(services['behalf-2'] as object, { healthcheck: undefined })],
    [
      'a secret in the environment',
      ({ services }) => Object.assign(services['redis'] as object, { environment: { REDIS_PASSWORD: 'x' } }),
    ],
    [
      'a secret that is not there',
      ({ services }) => Object.assign(services['redis'] as object, { secrets: ['other'] }),
    ],
    ['a secret in the file', ({ secrets }) => Object.assign(secrets['redis_users'] as object, { content: 'x' })],
    [
      'a volume that is not there',
      ({ services }) => Object.assign(services['redis'] as object, { volumes: ['x:/data'] }),
    ],
    ['a privileged container', ({ services }) => Object.assign(services['redis'] as object, { privileged: true })],
    [
      'a store that the world reaches',
      ({ services }) => Object.assign(services['redis'] as object, { ports: ['6379:6379'] }),
    ],
  ])('the rules find %s', (_what, spoil) => {
    const changed = structuredClone(compose);
    spoil(changed);
    expect(composeFaults(changed)).toHaveLength(1);
  });
});

describe('the Kubernetes manifests', () => {
  test('keep every rule', () => {
    expect(kubernetesFaults(manifests)).toEqual([]);
  });

  test('are all named by the kustomization', () => {
    expect([...kustomization.resources].sort()).toEqual(
      kubernetesFiles.filter((name) => name !== 'kustomization.yaml').sort(),
    );
  });

  test('start with settings that production takes; every secret is a file that the kustomization makes', () => {
    const [template] = podTemplates(manifests);
    const map = manifests.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const [generated] = kustomization.secretGenerator;
    expect(template?.spec.volumes?.map(({ secret }) => secret?.secretName).filter(Boolean)).toEqual([generated?.name]);
    const names = (generated?.files ?? []).map((file) => file.replace('secrets/', ''));
    const files = Object.fromEntries([
      ...Object.entries(map).map(([name, text]) => [`/etc/behalf/${name}`, text]),
      ...names.map((name) => [`/run/secrets/behalf/${name}`, SECRETS[name]]),
    ]);
    const args = template?.spec.containers[0]?.args ?? [];
    const at = args.indexOf('--config');
    const settings = settingsOf({}, args.slice(at, at + 2), files);
    expect(settings.stores).toMatchObject({ document: 'mongodb', ephemeral: 'redis' });
    const ports = template?.spec.containers[0]?.ports?.map(({ containerPort }) => containerPort);
    expect(ports).toEqual([settings.listen.port, settings.operations.port]);
    expect(template?.spec.containers[0]?.volumeMounts?.map(({ mountPath }) => mountPath)).toContain(
      settings.data.folder,
    );
  });

  type Spoil = (template: ReturnType<typeof podTemplates>[number], all: readonly Manifest[]) => void;
  const container = (template: Parameters<Spoil>[0]) => template.spec.containers[0] as Record<string, unknown>;

  test.each<[string, Spoil]>([
    ['an image of the day', (template) => Object.assign(container(template), { image: 'behalf:latest' })],
    ['no limits', (template) => Object.assign(container(template), { resources: { requests: { cpu: '1' } } })],
    ['no liveness probe', (template) => Object.assign(container(template), { livenessProbe: undefined })],
    ['no readiness probe', (template) => Object.assign(container(template), { readinessProbe: undefined })],
    [
      'a probe of a port that is none',
      (template) =>
        Object.assign(container(template), { livenessProbe: { httpGet: { path: '/healthz', port: 'health' } } }),
    ],
    [
      'a root that can be written',
      (template) => Object.assign(container(template)['securityContext'] as object, { readOnlyRootFilesystem: false }),
    ],
    [
      'capabilities',
      (template) => Object.assign(container(template)['securityContext'] as object, { capabilities: { drop: [] } }),
    ],
    ['root', (template) => Object.assign(template.spec.securityContext as object, { runAsNonRoot: false })],
    ['a token of the API server', (template) => Object.assign(template.spec, { automountServiceAccountToken: true })],
    [
      'a secret in the environment',
      (template) => Object.assign(container(template), { env: [{ name: 'BEHALF_ADMIN_PASSWORD', value: 'x' }] }),
    ],
    [
      'a secret from the environment',
      (template) =>
        Object.assign(container(template), {
          env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'behalf', key: 'x' } } }],
        }),
    ],
    ['a mount of nothing', (template) => Object.assign(template.spec, { volumes: template.spec.volumes?.slice(1) })],
    [
      'a Secret with its values',
      (_template, all) =>
        (all as Manifest[]).push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'behalf' } }),
    ],
    [
      'a budget for other pods',
      (_template, all) =>
        Object.assign(all.find(({ kind }) => kind === 'PodDisruptionBudget')?.spec as object, {
          selector: { matchLabels: { app: 'other' } },
        }),
    ],
    [
      'a policy that lets everything out',
      (_template, all) =>
        Object.assign(all.find(({ kind }) => kind === 'NetworkPolicy')?.spec as object, { policyTypes: ['Ingress'] }),
    ],
    [
      'a version of the API that is gone',
      (_template, all) =>
        Object.assign(all.find(({ kind }) => kind === 'PodDisruptionBudget') as object, {
          apiVersion: 'policy/v1beta1',
        }),
    ],
  ])('the rules find %s', (_what, spoil) => {
    const changed = structuredClone(manifests) as Manifest[];
    const [template] = podTemplates(changed);
    if (!template) throw new Error('no pods');
    spoil(template, changed);
    expect(kubernetesFaults(changed)).toHaveLength(1);
  });
});

describe('the Containerfile', () => {
  const instructions = textOf('Containerfile')
    .replace(/^#.*$/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^(\w+) +(.*)$/.exec(line) ?? [])
    .map(([, name = '', rest = '']) => ({ name, rest }));
  const begin = instructions.findLastIndex(({ name }) => name === 'FROM');
  const last = instructions.slice(begin);
  const of = (name: string): readonly string[] => last.filter((one) => one.name === name).map(({ rest }) => rest);

  test('has the Node that everything is tested on, in two stages', () => {
    const { devDependencies } = JSON.parse(textOf('package.json')) as { devDependencies: Record<string, string> };
    const from = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ')[0]);
    expect(from).toHaveLength(2);
    for (const image of from) expect(image).toBe(`docker.io/library/node:${devDependencies['node']}-bookworm-slim`);
  });

  test('ends as an unprivileged user, without npm, and says how it is started, stopped and probed', () => {
    expect(of('USER')).toEqual(['10001:10001']);
    expect(last.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      last.findLastIndex(({ name }) => name === 'RUN'),
    );
    expect(of('RUN').join(' ')).toMatch(/rm -rf .*\/usr\/local\/lib\/node_modules/);
    expect(of('RUN').join(' ')).not.toMatch(/apt|npm (?:ci|i)|curl|wget/);
    expect(of('VOLUME')).toEqual(['/data']);
    expect(of('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(of('HEALTHCHECK').join()).toContain('/readyz');
    for (const one of [...of('ENTRYPOINT'), ...of('CMD')]) expect(JSON.parse(one)).toBeInstanceOf(Array);
    expect(instructions.filter(({ name }) => name === 'ADD' || name === 'ARG')).toEqual([]);
  });

  test('has everything that a delivered file may need, and no test', () => {
    const copied = of('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    for (const path of copied) expect(existsSync(join(ROOT, path))).toBe(true);
    expect(copied).toEqual(expect.arrayContaining(['adapters', 'config', 'src', 'views', 'package.json']));
    expect(copied.filter((path) => /test|docs|data/.test(path))).toEqual([]);
    const allowed = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const wanted = instructions.filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'));
    const sent = wanted.flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(sent.filter((path) => !allowed.includes(path))).toEqual([]);
    expect(textOf('.dockerignore').split('\n')[0]).toBe('*');
  });

  test('sets nothing but what the settings know', () => {
    const pairs = of('ENV').flatMap((rest) => rest.split(' ').map((pair) => pair.split('=') as [string, string]));
    const env = Object.fromEntries(pairs);
    expect(loadConfiguration({ env, isFirstStart: false }).configuration.data.folder).toBe('/data');
  });
});

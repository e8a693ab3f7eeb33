import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localAuthority } from '../support/local-authority.ts';

/** Whether this machine lets us make a network of our own in which every address leads to us. */
const canMake = ((): boolean => {
  try {
    const tried =
      'ip link set lo up && ip link add dead type ifb && ip route add local 0.0.0.0/0 dev lo && mount --bind /etc/hosts /etc/hosts';
    execFileSync('unshare', ['--net', '--mount', 'sh', '-c', tried], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

type Outcome = { readonly url: string; readonly reason: string; readonly milliseconds: number };
type Part = { readonly outcomes: readonly Outcome[]; readonly begun: number };
type Results = Readonly<
  Record<'literals' | 'names' | 'mixed' | 'rebinding' | 'redirect' | 'misspelt' | 'public' | 'allowed' | 'timing', Part>
>;

const NETWORK = [
  'ip link set lo up',
  'ip route add local 0.0.0.0/0 dev lo',
  'ip -6 route add local ::/0 dev lo',
  // What goes to 9.9.9.0/24 is lost.
  'ip link add dead type ifb && ip link set dead up && ip addr add 5.5.5.5/32 dev dead',
  'ip rule add pref 0 to 9.9.9.0/24 table 99 && ip rule del pref 0 table local && ip rule add pref 1 table local',
  'ip route add 9.9.9.0/24 dev dead table 99 src 5.5.5.5',
].join(' && ');

const part = canMake ? describe : describe.skip;

part('in a network where every address answers', () => {
  let folder: string;
  let results: Results;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'behalf-egress-'));
    const authority = await localAuthority();
    const labels = ['DNS:*.leads.example', 'DNS:*.a0a000001.leads.example', 'DNS:*.dead.example'];
    const { cert, key } = await authority.certificateFor(labels.join(','));
    await copyFile(authority.caFile, join(folder, 'ca.pem'));
    await authority.remove();
    await writeFile(join(folder, 'leaf.pem'), cert);
    await writeFile(join(folder, 'leaf.key'), key);
    await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
    const script = resolve(import.meta.dirname, '../support/egress-namespace.ts');
    const steps = `${NETWORK} && mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$1" "$2" "$0"`;
    const run = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', steps, folder, process.execPath, script], {
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
      timeout: 60_000,
      // SF-06: nothing of this may lead round the guard.
      env: {
        ...process.env,
        HTTPS_PROXY: 'http://10.9.9.9:3128',
        HTTP_PROXY: 'http://10.9.9.9:3128',
        NODE_USE_ENV_PROXY: '1',
      },
    });
    if (run.status !== 0) throw new Error(`the network was not made: ${run.stderr.slice(0, 2000)}`);
    results = JSON.parse(run.stdout) as Results;
  }, 90_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const reasonsOf = ({ outcomes }: Part): readonly string[] =>
    [...new Set(outcomes.map(({ reason }) => reason))].sort();

  test('connections are counted: two to public addresses, one to a host inside that the configuration names', () => {
    expect(reasonsOf(results.public)).toEqual(['fetched']);
    expect(results.public.begun).toBe(2);
    expect(reasonsOf(results.allowed)).toEqual(['fetched']);
    expect(results.allowed.begun).toBe(1);
  });

  test('SF-01 no connection is begun to any spelling of an address inside', () => {
    expect(results.literals.outcomes.length).toBeGreaterThan(340);
    expect(reasonsOf(results.literals)).toEqual(['address_not_allowed', 'url_not_allowed']);
    expect(results.literals.begun).toBe(0);
  });

  test('SF-01 no connection is begun to a name that leads inside', () => {
    expect(results.names.outcomes.length).toBeGreaterThan(110);
    expect(reasonsOf(results.names)).toEqual(['address_not_allowed']);
    expect(results.names.begun).toBe(0);
  });

  test('SF-02 nor to a name that leads both ways, nor behind an alias', () => {
    expect(reasonsOf(results.mixed)).toEqual(['address_not_allowed']);
    expect(results.mixed.begun).toBe(0);
  });

  test('SF-02 a name that is led inside at the second question is asked once', () => {
    expect(reasonsOf(results.rebinding)).toEqual(['fetched']);
    expect(results.rebinding.begun).toBe(1);
  });

  test('SF-03 a redirect inside ends where it began', () => {
    expect(reasonsOf(results.redirect)).toEqual(['redirected']);
    expect(results.redirect.begun).toBe(1);
  });

  test('SF-09 a URL that is misspelt leads nowhere', () => {
    expect(reasonsOf(results.misspelt)).toEqual(['url_not_allowed']);
    expect(results.misspelt.begun).toBe(0);
  });

  test('SF-01 what is inside and what there is not takes as long as a public address that is dead', () => {
    const [dead, ...inside] = results.timing.outcomes;
    expect(dead?.reason).toBe('timed_out');
    expect(results.timing.begun).toBe(1);
    expect(inside.map(({ reason }) => reason)).toEqual([
      'address_not_allowed',
      'address_not_allowed',
      'name_not_resolved',
    ]);
    for (const { milliseconds } of results.timing.outcomes) expect(milliseconds).toBeGreaterThanOrEqual(2490);
  });
});

if (!canMake) test.skip('SF-01 this machine lets us make no network of our own', () => undefined);

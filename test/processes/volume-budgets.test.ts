/**
 * Invariant 9, RL-01: what strangers leave open takes a part of the volume, however small that is and however many networks they
 * have. Mounting a volume takes root; without it this test is skipped by name.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { formOf } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { makeScene, REDIRECT_URI, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { smallVolume } from '../support/small-volume.ts';
import { storedRows } from '../support/stored-documents.ts';

const MEBIBYTES = 32;
/** A quarter of the volume, of which each of seven budgets has the same part. */
const BUDGET_BYTES = (MEBIBYTES * 1024 * 1024) / 4 / 7;
/** Three units of 4 KiB each. */
const LONG = { scope: `openid ${'x'.repeat(4000)}`, state: 's'.repeat(4096) };
const REQUEST_BYTES = 3 * 4096;
const REQUESTS = 240;

const volume = smallVolume(MEBIBYTES);
let server: ServerProcess;
beforeAll(async () => {
  if (!volume.isMounted) return;
  const { BEHALF__LIMITS__OPENREQUESTSPERNETWORK: _, ...environment } = WITHOUT_LIMITS;
  server = await startServer({
    environment: { ...environment, BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1"]' },
    dataFolder: volume.folder,
  });
}, 120_000);
afterAll(async () => {
  await server?.remove();
  volume.remove();
});

const onSmallVolume = volume.isMounted ? test : test.skip;

onSmallVolume(
  'RL-01 pushed requests of many networks take a part of a small volume at default limits',
  async () => {
    const { management } = await makeScene(server);
    const { id: client_id } = await management.createClient({
      name: 'Public app',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
    });
    const { challenge } = newPkce();
    const body = {
      ...{ client_id, response_type: 'code', redirect_uri: REDIRECT_URI, ...LONG },
      ...{ code_challenge: challenge, code_challenge_method: 'S256' },
    };
    const push = async (index: number): Promise<number> =>
      (
        await fetch(`${server.issuer}/request`, {
          method: 'POST',
          headers: { 'x-forwarded-for': `10.${index}.1.1` },
          body: formOf(body),
        })
      ).status;
    const before = storedRows(volume.folder)['ephemeral'] ?? 0;
    for (let index = 0; index < REQUESTS; index += 1) expect(await push(index)).toBe(201);
    // What goes for a new one is removed before the answer leaves; a few rows beside are counters.
    const left = (storedRows(volume.folder)['ephemeral'] ?? 0) - before;
    expect(left).toBeLessThan(BUDGET_BYTES / REQUEST_BYTES + 10);
    expect(left).toBeGreaterThan(BUDGET_BYTES / REQUEST_BYTES / 2);
  },
  120_000,
);

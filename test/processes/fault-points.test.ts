/** A server broken at named points: before and after a one-time thing is marked, and between a decision and its answer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAULTY_SERVER } from '../campaigns/faults-points.ts';
import { faultControl } from '../faults/fault-control.ts';
import type { FaultAction } from '../faults/fault-points.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-points-'));
const socket = join(folder, 'faults.sock');
const control = faultControl(socket);
let server: ServerProcess;
let scene: Scene;
beforeAll(async () => {
  server = await startServer({
    dataFolder: folder,
    entry: FAULTY_SERVER,
    environment: { ...WITHOUT_LIMITS, BEHALF_TEST_FAULT_SOCKET: socket },
  });
  scene = await makeScene(server);
}, 60_000);
afterAll(async () => {
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Redeems a fresh code while the server is broken at a point, then once more, and once more again. */
const statuses = async (point: string, action: FaultAction): Promise<readonly unknown[]> => {
  const code = await scene.newCode(scene.jwt.identifier);
  const redeem = async (): Promise<number | undefined> =>
    (await scene.calls.token(scene.keyed(scene.app), code).catch(() => undefined))?.status;
  await control.arm({ point, action, skip: 0, times: 1, milliseconds: 200 });
  const first = await redeem();
  const struck = await control.struck().catch(() => undefined);
  if (struck === undefined) {
    // Its end is heard of a moment after the connection broke; `kill` waits for it.
    await server.kill();
    await server.restart();
  } else {
    expect(struck).toBe(1);
    await control.disarm();
  }
  return [first, await redeem(), await redeem()];
};

test.each([
  // Not marked yet: as good as before, once.
  ['mark.before', 'lose', [503, 200, 400]],
  ['commit.before', 'crash', [undefined, 200, 400]],
  // Marked: used, with or without an answer. SQLite stores the mark together with the event (decision 55).
  ['audit.after', 'crash', [undefined, 400, 400]],
  ['mark.after', 'crash', [undefined, 400, 400]],
  ['mark.after', 'lose', [503, 400, 400]],
  ['answer.before', 'crash', [undefined, 400, 400]],
  ['answer.during', 'half', [undefined, 400, 400]],
  ['mark.after', 'stall', [200, 400, 400]],
] as const)(
  'FT-01 OT-04 a code, %s %s: works once, or not at all',
  async (point, action, expected) => {
    expect(await statuses(point, action)).toEqual(expected);
  },
  60_000,
);

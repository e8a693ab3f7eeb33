/** A server of its own process on a volume that is really full. Mounting one takes root; without it these tests are skipped by name. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';
import { smallVolume } from '../support/small-volume.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';
import { until } from '../support/until.ts';

const volume = smallVolume(64);
const onSmallVolume = volume.isMounted ? test : test.skip;

let server: ServerProcess;
let scene: Scene;
beforeAll(async () => {
  if (!volume.isMounted) return;
  server = await startServer({ environment: WITHOUT_LIMITS, dataFolder: volume.folder });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.remove();
  volume.remove();
});

const isLive = async ({ calls, files, tokens }: TokenFamily): Promise<boolean> =>
  (await calls.introspect(files.credential, tokens.agentFiles)).body['active'] === true;

describe('LC-11 the kill switch on a volume without a free byte', () => {
  onSmallVolume(
    '`behalf kill … --local` is latched, counts within a second, and reaches store and audit log later',
    async () => {
      const [family, control] = [await newTokenFamily(scene), await newTokenFamily(scene)];
      const makeRoom = volume.fill();
      try {
        expect(volume.free()).toBe(0);
        const told = await runCli(
          ['kill', 'agent', family.agent.clientId, '--reason', 'the disk is full', '--local'],
          server.environment,
        );
        expect(told).toMatchObject({ code: 0, stdout: expect.stringMatching(/kil_[a-z2-7]{26}/) });
        await until(async () => !(await isLive(family)));
        expect(await isLive(control)).toBe(true);
      } finally {
        makeRoom();
      }
      const id = /kil_[a-z2-7]{26}/.exec(
        (await runCli(['kills', 'list', '--standing'], server.environment)).stdout,
      )?.[0];
      await until(async () => (await scene.management.call('GET', `/kills/${id}`)).body['state'] === 'standing');
      expect(await isLive(family)).toBe(false);
    },
  );

  onSmallVolume(
    'a data folder that no server prepared: the command says that nothing is stopped, and the way out',
    async () => {
      const makeRoom = volume.fill();
      const data = join(volume.folder, 'other');
      try {
        mkdirSync(data);
        const told = await runCli(['kill', 'all', '--reason', 'x', '--local'], { ...process.env, BEHALF_DATA: data });
        expect(told.code).toBe(1);
        expect(told.stderr).toMatch(/nothing is stopped/);
        expect(told.stderr).toMatch(/Free some megabytes/);
      } finally {
        makeRoom();
      }
      const now = await runCli(['kill', 'all', '--reason', 'x', '--local'], { ...process.env, BEHALF_DATA: data });
      expect(now.code).toBe(0);
      execFileSync('rm', ['-rf', data]);
    },
  );
});

/**
 * The first sync of a directory: it looks for each user by userName and creates those that are missing, as Entra ID and Okta do,
 * a few at a time. The server is killed once in the middle, and the directory goes on where it was. A violation is a user that is
 * missing, double or without its attributes, and any answer but 200 and 201 of a running server. A rate below 111 users a second
 * (100,000 within 15 minutes) is late: it depends on the machine.
 */
import { cpuMicrosOf } from '../bench/load.ts';
import { makeDirectory } from '../support/directory.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign } from './campaign.ts';

const DEFAULT_USERS = 1000;
const PARALLEL = 16;
const LEAST_RATE = 111;
const PAGE = 200;

export const firstSync: Campaign = {
  name: 'first-sync',
  about: `the first sync of a directory, with a kill -9 in the middle (--users, default ${DEFAULT_USERS})`,
  async run(run) {
    const users = run.options.trials ?? DEFAULT_USERS;
    const server = await startServer({ environment: WITHOUT_LIMITS });
    try {
      const scene = await makeScene(server);
      const settings = { name: 'Head office', verifies_emails: true, most_accounts: Math.max(1000, users * 2) };
      const directory = await makeDirectory(scene, settings);
      const nameOf = (index: number): string => `user${index}@example.com`;
      let [next, done, seconds, killed] = [0, 0, 0, false];

      /** Throws where the server answers nothing, or a refusal. */
      const put = async (index: number): Promise<boolean> => {
        const found = await directory.find(`userName eq "${nameOf(index)}"`);
        if (found.status !== 200) throw new Error(`GET ${found.status} ${found.text.slice(0, 300)}`);
        if (Number(found.body['totalResults']) > 0) return true;
        const made = await directory.create(nameOf(index), {
          ...{ externalId: `E-${index}`, name: { givenName: `Given${index}`, familyName: 'Family' }, title: 'Analyst' },
          emails: [{ value: nameOf(index), type: 'work', primary: true }],
        });
        if (made.status !== 201) throw new Error(`POST ${made.status} ${made.text.slice(0, 300)}`);
        return true;
      };

      /** Until all are there, or the server is killed. Those that failed are sent again, as a directory does in its next cycle. */
      const cycle = async (end: number): Promise<void> => {
        const begin = performance.now();
        const again: number[] = [];
        const one = async (): Promise<void> => {
          while (next < end && !run.isOver()) {
            const index = next;
            next += 1;
            try {
              await put(index);
              done += 1;
            } catch (error) {
              if (!killed) run.violation(String(error));
              again.push(index);
            }
            run.progress(`${done} of ${users} users`);
          }
        };
        await Promise.all(Array.from({ length: PARALLEL }, one));
        seconds += (performance.now() - begin) / 1000;
        for (const index of again) {
          if (server.isRunning) await put(index);
        }
      };

      const half = Math.floor(users / 2);
      await cycle(half);
      killed = true;
      const [before, secondsBefore] = [done, seconds];
      const dying = cycle(Math.min(users, half + PARALLEL * 2));
      await server.kill();
      await dying;
      [done, seconds] = [before, secondsBefore];
      await server.restart();
      killed = false;
      // A directory that was cut off begins its cycle anew with those that it has no answer for.
      next = half;
      const cpuBefore = await cpuMicrosOf(server.pid);
      await cycle(users);
      const cpuMsPerUser = ((await cpuMicrosOf(server.pid)) - cpuBefore) / 1000 / Math.max(1, done - before);

      const seen = new Map<string, number>();
      // By cursor (RFC 9865): pages by index have a bound of 10,000 users.
      for (let cursor: unknown = ''; typeof cursor === 'string'; ) {
        const { status, body, text } = await directory.call(
          'GET',
          `/Users?cursor=${encodeURIComponent(cursor)}&count=${PAGE}`,
        );
        if (status !== 200) throw new Error(`GET ${status} ${text.slice(0, 300)}`);
        cursor = body['nextCursor'];
        run.progress(`${seen.size} of ${users} users read again`);
        for (const { userName, externalId, title } of body['Resources'] as readonly Readonly<
          Record<string, string>
        >[]) {
          seen.set(String(userName), (seen.get(String(userName)) ?? 0) + 1);
          const index = /^user(\d+)@/.exec(String(userName))?.[1];
          if (externalId !== `E-${index}` || title !== 'Analyst') run.violation(`${userName} is not whole`);
        }
      }
      for (let index = 0; index < next; index += 1) {
        const count = seen.get(nameOf(index)) ?? 0;
        if (count !== 1) run.violation(`${nameOf(index)} is there ${count} times`);
      }
      const rate = done / seconds;
      if (rate < LEAST_RATE) {
        run.late(`${rate.toFixed(1)} users a second, not ${LEAST_RATE}; ${cpuMsPerUser.toFixed(1)} ms of CPU for each`);
      }
      const figures = {
        ...{ trials: done, users: seen.size, usersPerSecond: Math.round(rate * 10) / 10 },
        cpuMsPerUser: Math.round(cpuMsPerUser * 10) / 10,
        minutesFor100000: Math.round((100_000 / rate / 60) * 10) / 10,
      };
      run.finished('sqlite', figures);
      return figures;
    } finally {
      await server.remove();
    }
  },
};

/** RL-03: the limits on signing in are of the installation, however many processes serve it. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const WORKERS = 3;
const LIMIT = 5;
const TRIES = 24;

jest.setTimeout(60_000);

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({
    workers: WORKERS,
    environment: {
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      BEHALF__LIMITS__SIGNINPERACCOUNT: String(LIMIT),
      BEHALF__LIMITS__SIGNINPERSOURCE: '100000',
      BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '0',
      BEHALF__LOG__LEVEL: 'error',
    },
  });
  // The first of them has answered; connections go to those that are there.
  const readiness = async () => (await fetch(`http://127.0.0.1:${server.operationsPort}/readyz`)).text();
  while ((await readiness()) !== '{"status":"ready"}\n') await new Promise((done) => setTimeout(done, 20));
});
afterAll(() => server?.remove());

test(`RL-03 of ${TRIES} guesses at once through ${WORKERS} workers exactly ${LIMIT} are tried`, async () => {
  const guesses = await Promise.all(
    Array.from({ length: TRIES }, async () => {
      const browser = newBrowser(server.issuer);
      return { browser, page: await browser.open(`${server.issuer}/account`) };
    }),
  );
  const person = { username: 'admin', password: 'not the password' };
  const answers = await Promise.all(guesses.map(({ browser, page }) => submitSignIn(browser, page, person)));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(TRIES - LIMIT);

  const management = await managementFromKeyFile(server.administratorKeyFile);
  type Item = { readonly stream: string; readonly event: { readonly inputs?: object } };
  let refused: readonly Item[] = [];
  const tried = () => refused.filter(({ event }) => JSON.stringify(event.inputs).includes('wrong_password'));
  // An answer waits for no event.
  await until(
    async () => {
      const { body } = await management.call('GET', '/audit/events?type=session.refused&limit=200');
      refused = body['items'] as readonly Item[];
      return tried().length >= LIMIT;
    },
    { what: `${LIMIT} guesses in events` },
  );
  expect(tried()).toHaveLength(LIMIT);
  // They did not all come to one of them.
  expect(new Set(refused.map(({ stream }) => stream)).size).toBeGreaterThan(1);
});

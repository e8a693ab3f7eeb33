/**
 * `npm run demo:console`: a small organisation, with what its agents and people did in two weeks, and pictures of the
 * console as its operator sees it, wide and phone-wide. `--pictures FOLDER` says where (default: a new folder among the
 * temporary ones); `--serve` leaves the server there to be looked around in, until it is interrupted.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { extendChain } from '../../src/domain/vocabulary/actor-chain.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { goBack } from './moved-time.ts';
import { makeOrganisation, type Organisation, PASSWORD } from './organisation.ts';
import { bold, check, cyan, dim, green, print, red, say, step, storyEnd } from './terminal.ts';

const DAY = 86_400;
/** How busy each day was, the oldest first; as many as the console shows. */
const DAYS = [3, 1, 4, 2, 0, 1, 5, 3, 2, 6, 1, 0, 4, 3];
/** Of those who decide, after how many seconds. */
const PACES = [41, 7, 95, 22, 2, 63, 18, 130, 2, 34];
const OPERATOR = { username: 'olga', password: PASSWORD };
const ADA = { username: 'ada', password: PASSWORD };

const WIDE: BrowserContextOptions = { viewport: { width: 1120, height: 800 }, colorScheme: 'light' };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' };

const { values } = parseArgs({
  options: { pictures: { type: 'string' }, serve: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  print('npm run demo:console -- [--pictures FOLDER] [--serve]');
  process.exit(0);
}

const asking = ({ behalf, issuer }: RunningServer, made: Organisation) => {
  const { service } = behalf.services.approvals;
  let asked = 0;
  return {
    service,
    /** What the bookkeeper asks of an approver. */
    async payment(subject: string, amount: number) {
      asked += 1;
      const { approval } = await service.ask(
        {
          channel: 'backchannel',
          risk: 'high',
          requires: { quorum: 1, isProvenAnew: false },
          approvers: [subject],
          approverNames: [subject],
          owner: made.people.ben,
          mustAgree: subject,
          action: {
            client: made.bookkeeper,
            agent: made.bookkeeper,
            chain: extendChain(made.bookkeeper, issuer),
            subject,
            resource: made.bank,
            scope: ['balance'],
            details: [
              {
                type: 'payment_initiation',
                amount,
                currency: 'EUR',
                creditor: { name: 'Paper and Pens Ltd', account: 'GB33BUKB20201555555555' },
                reference: `Invoice ${7000 + asked}`,
              },
            ],
            meaning: 'as it is declared',
            blueprint: null,
            composition: null,
            policy: null,
            message: 'It is due this week.',
          },
        },
        `req_demo_${asked}`,
      );
      return approval;
    },
  };
};

/** Two weeks: what agents asked for each day, and what people decided about. */
const history = async (server: RunningServer, made: Organisation): Promise<void> => {
  const { service, payment } = asking(server, made);
  let decided = 0;
  for (const [index, busy] of DAYS.entries()) {
    const ago = (DAYS.length - 1 - index) * DAY;
    goBack(ago + 60);
    await made.day(busy);
    if (ago > 6 * DAY) continue;
    for (let time = 0; time < busy; time += 1) {
      const account = time % 3 === 0 ? made.people.ada : made.people.ben;
      const pace = PACES[decided % PACES.length] ?? 10;
      goBack(ago + 300);
      const approval = await payment(account, 1000 + decided * 350);
      goBack(ago + 300 - pace);
      const who = { account, seen: approval.digest, request: `req_answer_${decided}` };
      const authTime = Math.floor(Date.now() / 1000);
      if (decided % 6 === 5) await service.deny(approval.id, who);
      else
        await service.approve(approval.id, { ...who, assurance: { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime } });
      decided += 1;
    }
  }
  goBack(0);
  await made.today();
};

const signIn = async (page: Page, at: string, { username, password }: typeof ADA): Promise<void> => {
  await page.goto(at);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(at);
};

const story = async (server: RunningServer, browser: Browser, folder: string): Promise<void> => {
  const { issuer } = server;
  const at = (path: string): string => `${issuer}${path}`;
  /** The page from its top, at most so many pixels of it: pictures are read at one look. */
  const picture = async (page: Page, name: string, most = 1300): Promise<void> => {
    const path = join(folder, `${name}.png`);
    const { width = 0 } = page.viewportSize() ?? {};
    const height = Math.min(most, await page.evaluate<number>('document.documentElement.scrollHeight'));
    await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height } });
    say(dim(`picture: ${path}`));
  };

  step('An organisation: people, a team, two APIs, apps, blueprints and agents');
  goBack((DAYS.length - 1) * DAY + 600);
  const made = await makeOrganisation(server);
  say(`Travel planner is ${made.planner}`);

  step('Two weeks pass: agents ask, some in vain; people decide about payments');
  await history(server, made);
  const { payment } = asking(server, made);
  for (const [minutes, amount] of [
    [200, 129_000],
    [40, 4_000],
    [2, 18_500],
  ] as const) {
    goBack(minutes * 60);
    await payment(made.people.ada, amount);
  }
  goBack(0);
  const { spans, kinds } = await server.behalf.services.outcomes.of('days');
  check('refusals of two weeks are counted, day by day', spans.filter(({ refused }) => refused > 0).length > 7, spans);
  check('and what they were', kinds.length >= 2, kinds);
  check('three payments wait', (await server.behalf.services.approvals.service.waiting(10)).length === 3);

  step('What the operator sees');
  await withPage(browser, WIDE, async (page) => {
    await signIn(page, at('/console'), OPERATOR);
    const seen = String(await page.locator('main').textContent());
    check(
      'the overview says what waits, how people decide and what was refused',
      ['3 actions wait for a person', 'Who decides most', 'What was refused', '1 orphaned'].every((text) =>
        seen.replaceAll(/\s+/g, ' ').includes(text),
      ),
      seen,
    );
    await picture(page, 'console-overview', 1800);
    await page.goto(at(`/console/agents/${made.planner}`));
    await picture(page, 'console-agent');
    await page.goto(at('/console/approvals'));
    await picture(page, 'console-approvals');
  });

  step('The same on a phone, in the dark; and what Ada sees there');
  await withPage(browser, PHONE, async (page) => {
    await signIn(page, at('/console'), OPERATOR);
    await picture(page, 'console-overview-phone', 1700);
    await page.goto(at('/console/agents'));
    await picture(page, 'console-agents-phone');
  });
  await withPage(browser, PHONE, async (page) => {
    await signIn(page, at('/account/approvals'), ADA);
    const seen = String(await page.locator('main').textContent());
    check(
      'Ada finds the three payments in her inbox',
      ['1,290.00', '40.00', '185.00'].every((amount) => seen.includes(amount)),
      seen,
    );
    await picture(page, 'inbox-phone');
  });
};

const folder = values.pictures ?? (await mkdtemp(join(tmpdir(), 'behalf-demo-console-')));
await mkdir(folder, { recursive: true });
print(bold('Behalf: the console of a small organisation\n'));
const server = await runServer({
  stores: 'memory',
  environment: {
    BEHALF__APPROVALS__TTLSECONDS: String(DAY),
    BEHALF__APPROVALS__MOSTOPEN: '10',
    BEHALF__APPROVALS__PERHOUR: '100',
  },
});
const browser = await startChromium();
try {
  await story(server, browser, folder);
  print(`\n${green(bold('As told.'))} ${storyEnd()}. Pictures: ${folder}`);
  if (values.serve) {
    print(`${cyan(`${server.issuer}/console`)} as olga, ada or ben, with “${PASSWORD}”. Ctrl-C ends it.`);
    await new Promise<void>((resolve) => process.once('SIGINT', resolve));
  }
} catch (error) {
  print(`\n${red(bold('Not as told.'))} ${(error as Error).stack}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}

/** Figures on the overview of the console: they are right, shown to users who may see them, and need no read of the audit log. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AUDIT_RECORDS } from '../../src/domain/audit/audit-record.ts';
import { OUTCOME_COUNTS } from '../../src/domain/audit/outcome-counts.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import { type Browser, newBrowser, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };

/** Documents that each query answered with, by collection. */
const found: { collection: string; documents: number }[] = [];
const watched = (inner: DocumentStore): DocumentStore => ({
  ...inner,
  collection(declaration) {
    const collection = inner.collection<never>(declaration);
    return {
      ...collection,
      async find(query) {
        const answer = await collection.find(query);
        found.push({ collection: declaration.name, documents: answer.length });
        return answer;
      },
    };
  },
});

let server: RunningServer;
let scene: ApprovalScene;
let operator: Browser;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(`${server.issuer}/console`), person)).status).toBe(200);
  return browser;
};

const overview = async (browser = operator, query = '') => {
  const page = await browser.open(`${server.issuer}/console${query}`);
  expect(page.status).toBe(200);
  return page;
};

/** Each bar about approvals is a link: to what waits, to the events of a day, and to the decisions of a person. */
const expectLeadsTo = async (person: string): Promise<void> => {
  await server.settled();
  const { html } = await overview();
  const hrefs = [...html.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  expect(hrefs).toContain(`/console/people/${person}`);
  expect(hrefs).toContain('/console/approvals?state=pending');
  for (const one of [
    /audit\?text=approval&outcome=done&from=/,
    new RegExp(`audit\\?text=approval.*caller=${person}`),
  ]) {
    const log = await operator.open(`${server.issuer}${hrefs.find((href) => one.test(href))}`);
    expect([log.status, asWritten(log.html)]).toEqual([200, expect.stringContaining('approved')]);
  }
};

const asWritten = (html: string): string => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

beforeAll(async () => {
  server = await runServer({ between: watched });
  scene = await approvalScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  operator = await signedIn(OPERATOR);
}, 60_000);

afterAll(() => server?.close());

describe('approvals', () => {
  test('without approvals it says so, and with one where to see it', async () => {
    const page = await overview();
    expect(page.text).toContain('Nothing waits for a person.');
    expect(page.text).toContain('No person decided about an approval in these days.');
  });

  test('pending approvals are counted, and those decided by whom and when; expired ones are not pending', async () => {
    const ada = await scene.newPerson('dash-ada');
    const browser = await scene.browserOf(ada.username);
    const [first] = [
      await scene.ask(ada.id, { action: { scope: ['read'] } }),
      await scene.ask(ada.id, { action: { scope: ['write'] } }),
    ];
    expect(asWritten((await overview()).html)).toContain('2 actions wait for a person');
    expect(asWritten((await overview()).html)).toContain('2 Waiting for people actions to decide');
    expect((await scene.answer(browser, first, 'approve')).status).toBe(200);
    const page = asWritten((await overview()).html);
    expect(page).toContain('1 action waits for a person');
    expect(page).toContain('less than 5 minutes 1');
    expect(page).toMatch(/1 Decided/);
    expect(page).toContain('dash-ada Person');
    await expectLeadsTo(ada.id);
    const waiting = await scene.service.waiting(10);
    expect(waiting.map(({ state, subject }) => [state, subject])).toEqual([['pending', ada.id]]);
  });
});

describe('refusals', () => {
  test('are as many as the audit log says, by day and by hour, with what they were', async () => {
    const ask = (scope: string) =>
      scene.calls.token(
        { kind: 'key', identity: scene.agent },
        { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope },
      );
    expect((await ask('read')).status).toBe(200);
    for (let time = 0; time < 3; time += 1) expect((await ask('unheard_of')).status).toBe(400);
    await server.settled();
    const events = (await server.events()).filter(({ outcome }) => outcome === 'refused');
    const refusals = events.reduce((sum, { count = 1 }) => sum + count, 0);
    const ofTokens = events.filter(({ type }) => type === 'token.refused').length;
    expect(ofTokens).toBeGreaterThanOrEqual(3);
    for (const query of ['', '?refusals=hours']) {
      const page = await overview(operator, query);
      expect(asWritten(page.html)).toContain(`${refusals} refused, `);
      expect(asWritten(page.html)).toContain(`Token refused ${ofTokens}`);
      const tiles = asWritten(/<ul class="figures tiles"[\s\S]*?<\/ul>/.exec(page.html)?.[0] ?? '');
      const time = query === '' ? 'in 14 days' : 'in 24 hours';
      expect(tiles).toMatch(new RegExp(`${refusals} Refused \\d+ % of all ${time}`));
      expect(tiles).toMatch(new RegExp(`\\d+ Granted ${time}`));
      expect(tiles).toMatch(/\d+ Active agents of \d+/);
      expect(page.html).toContain('/console/audit?outcome=refused&amp;type=token.refused');
      const bar = /"(\/console\/audit\?outcome=refused&amp;from=(\S+)&amp;to=\2)"/.exec(page.html);
      expect(bar?.[2]).toMatch(query === '' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\dT\d\d$/);
      const log = await operator.open(`${server.issuer}${bar?.[1]?.replaceAll('&amp;', '&')}`);
      expect([log.status, asWritten(log.html)]).toEqual([200, expect.stringContaining('Token refused')]);
      expect(page.html).toContain(query === '' ? 'Refusals by day' : 'Refusals by hour');
    }
  });

  test('are there after a restart and on every node: a document a day holds them', async () => {
    await server.behalf.services.outcomes.flush();
    const { spans } = await server.behalf.services.outcomes.of('days');
    expect(spans.at(-1)?.refused).toBeGreaterThanOrEqual(3);
    const rows = await server.behalf.services.documents.collection(OUTCOME_COUNTS).find({ limit: 10 });
    // Midnight may have passed.
    expect(rows.length).toBeLessThanOrEqual(2);
  });
});

describe('who sees them, and what they cost', () => {
  test('MG-01 they are of the whole server, and not for an owner', async () => {
    const page = await overview(await signedIn(scene.person));
    expect(page.html).not.toContain('id="refusals"');
    expect(page.html).not.toContain('id="approvals"');
    expect((await overview(await signedIn(ADMIN))).html).toContain('id="refusals"');
  });

  test('the audit log is not read for them, and no query answers with more than a thousand documents', async () => {
    server.faults.failingReads = new Set([AUDIT_RECORDS.name]);
    found.length = 0;
    await overview();
    server.faults.failingReads = new Set();
    expect(found.filter(({ collection }) => collection === AUDIT_RECORDS.name)).toEqual([]);
    expect(found.length).toBeGreaterThan(5);
    expect(found.length).toBeLessThan(60);
    expect(Math.max(...found.map(({ documents }) => documents))).toBeLessThanOrEqual(1000);
  });

  test('its drawings need nothing that the policy of pages forbids', async () => {
    const { html } = await overview();
    const drawings = html.match(/<svg.*?<\/svg>/gs) ?? [];
    expect(drawings.length).toBeGreaterThan(3);
    for (const drawing of drawings)
      expect(drawing).not.toMatch(/style=|<style|<script|href="(?!\/console\/)|\son\w+=/i);
    // Each says what it shows, or is beside the same in words.
    for (const drawing of drawings) expect(drawing).toMatch(/aria-hidden="true"|role="(?:img|group)"/);
  });
});

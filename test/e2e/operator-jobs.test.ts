/**
 * The twelve jobs of an operator, each in the console and on the command line. The interactions are counted, and compared
 * with docs/results/jobs.json, which also says how many there were before. `null`: impossible.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { makeOrganisation } from '../demo/organisation.ts';
import { startChromium, takeOver, withPage } from '../support/chromium.ts';
import { countedCommands, countedPage } from '../support/counted-steps.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { mostOf, OPERATOR_JOBS, resultOfJob } from '../support/operator-jobs.ts';
import { agentMetadata } from '../support/registration-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const ROOT = { username: 'root', password: 'another correct horse battery' };
const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
  const { day, management } = await makeOrganisation(server);
  await day(4);
  const idOf = async (path: string, name: string): Promise<string> => {
    const items = (await management.call('GET', path)).body['items'] as readonly Readonly<Record<string, string>>[];
    return String(items.find((one) => name === (one['username'] ?? one['name']))?.['id']);
  };
  const right = { owner: await idOf('/accounts', 'admin'), blueprint: await idOf('/blueprints', 'Desk helpers') };
  for (const client_name of ['Hotel finder', 'Room finder']) {
    const token = (await management.call('POST', '/initial-access-tokens', right)).body['initial_access_token'];
    const { status } = await fetch(`${server.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(await agentMetadata({ client_name, agent_environment: 'production' })),
    });
    expect(status).toBe(201);
  }
  await management.call('POST', '/accounts', { ...ROOT, name: 'Root', roles: ['administrator'] });
  await server.settled();
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const signIn = async (page: Page, isFresh: boolean): Promise<void> => {
  if (isFresh) {
    await takeOver(page.context(), await freshFactorBrowser(server, ROOT), server.issuer);
    await page.goto(`${server.issuer}/console`);
    return;
  }
  await page.goto(`${server.issuer}/console`);
  await page.getByLabel('Username').fill(ADMIN.username);
  await page.getByLabel('Password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${server.issuer}/console`);
};

/** `type`: of the event that the job must record; a count says nothing about a job that was not done. */
const recording = async (type: AuditEventType | undefined, act: () => Promise<void>): Promise<void> => {
  if (type === undefined) return act();
  const before = (await server.events(type)).length;
  await act();
  await server.settled();
  expect((await server.events(type)).length).toBeGreaterThan(before);
};

describe.each(OPERATOR_JOBS)('$job', ({ job, console: walk, records, isFresh = false, cli }) => {
  test('in the console', async () => {
    const counts = (await resultOfJob(job)).console;
    if (!walk) return expect(counts.now).toBeNull();
    return withPage(browser, { viewport: { width: 1280, height: 800 } }, async (page) => {
      await signIn(page, isFresh);
      const steps = countedPage(page);
      await recording(records, () => walk(steps));
      expect(steps.count()).toBe(counts.now);
      expect(steps.count()).toBeLessThanOrEqual(mostOf(counts));
    });
  }, 60_000);

  test('by command', async () => {
    const counts = (await resultOfJob(job)).cli;
    if (!cli) return expect(counts.now).toBeNull();
    const steps = countedCommands({ BEHALF_DATA: server.dataFolder });
    const folder = await mkdtemp(join(tmpdir(), 'behalf-jobs-'));
    try {
      await recording(records, () => cli(steps, folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    expect(steps.count()).toBe(counts.now);
    expect(steps.count()).toBeLessThanOrEqual(mostOf(counts));
  }, 60_000);
});

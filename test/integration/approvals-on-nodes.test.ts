/** Two nodes over the same stores: a page that is open at one of them hears what is asked at the other. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type MemoryNodes, memoryNodes } from '../support/memory-nodes.ts';

let running: MemoryNodes;

beforeAll(async () => {
  running = await memoryNodes(2);
}, 60_000);
afterAll(() => running?.close());

test('a request that an agent makes at one node reaches the pages at the other, without its content', async () => {
  const {
    issuer,
    nodes: [first, second],
  } = running;
  const browser = newBrowser(issuer);
  const page = await submitSignIn(browser, await browser.open(`${issuer}/account/approvals`), {
    username: 'admin',
    password: 'correct horse battery staple',
  });
  expect(page.text).toContain('Nothing waits for you');
  // Cookies know no ports.
  const stream = await fetch(`http://localhost:${second.port}/account/approvals/events`, {
    headers: { cookie: browser.jar.header(new URL(`${issuer}/account`)) },
  });
  expect(stream.status).toBe(200);
  const [account] = (await first.behalf.services.accounts.list({ limit: 1 })).items;
  const subject = String(account?.document.id);
  await first.behalf.services.approvals.service.ask(
    {
      channel: 'backchannel',
      risk: 'low',
      requires: { quorum: 1, isProvenAnew: false },
      approvers: [subject],
      approverNames: [subject],
      owner: 'acc_owner',
      mustAgree: subject,
      action: {
        ...{ client: 'agt_1', agent: 'agt_1', chain: { sub: 'agt_1', iss: issuer, sub_profile: 'ai_agent' }, subject },
        ...{ resource: 'https://calendar.example.com', scope: ['read'], details: [], meaning: 'as it is declared' },
        ...{ blueprint: null, composition: null, policy: null },
      },
    },
    'req_test',
  );
  let heard = '';
  for await (const chunk of stream.body ?? []) {
    heard += Buffer.from(chunk).toString();
    if (heard.includes('changed')) break;
  }
  expect(heard).toBe('retry: 3000\n\nevent: changed\ndata: approvals\n\n');
});

/** Answers that go on while a page is open, on a real process. */
import { expect, test } from '@jest/globals';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startServer } from '../support/server-process.ts';

test('a server that is stopped ends the hints to open pages by itself, instead of waiting for them until it cuts them off', async () => {
  const server = await startServer();
  try {
    const browser = newBrowser(server.issuer);
    const person = { username: 'admin', password: server.administratorPassword };
    const page = await submitSignIn(browser, await browser.open(`${server.issuer}/account/approvals`), person);
    expect(page.text).toContain('Nothing waits for you');
    const stream = await browser.request(`${server.issuer}/account/approvals/events`);
    expect(stream.status).toBe(200);
    const [text, code] = await Promise.all([stream.text(), server.stop()]);
    // A stream that is cut off throws here.
    expect([text, code]).toEqual(['retry: 3000\n\n', 0]);
  } finally {
    await server.remove();
  }
}, 60_000);

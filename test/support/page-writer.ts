/**
 * Shows a page in a window that shows another page of the same server. A navigation costs two to four times as much CPU as
 * the page itself, and axe is cold after it. Here the browser parses the page into the present document instead. The parser,
 * the handlers of the page and the policy are those of a navigation.
 */
import type { APIResponse, Page } from 'playwright-core';
import { visit } from './chromium.ts';

/** Runs in the page. False: another policy is in force here. A test that listens to the document declares `watch`. */
const WRITE = `([html, url, policy, isMarkup]) => {
  if (window.policyInForce !== policy || new URL(url).origin !== location.origin) return false;
  if (!isMarkup) history.replaceState(null, '', url);
  return new Promise((done) => {
    document.open();
    window.watch?.();
    window.addEventListener('load', () => done(true), { once: true });
    document.write(html);
    document.close();
  });
}`;

const policyOf = (headers: Readonly<Record<string, string>>): string => headers['content-security-policy'] ?? '';

/**
 * Shows the page at `url`, and returns the URL after redirects. It navigates to a page with a script that cannot run twice
 * in a window, or with a policy other than the one in force. So each script runs, and each policy is enforced. As `markup`
 * the window keeps its address, which costs less. A check of links needs the address of the page.
 */
export const showPage = async (page: Page, url: string, as: 'page' | 'markup' = 'page'): Promise<string> => {
  // An app that a request leads on to is not there: the window goes to it, as for a person.
  const answer = await page.request.get(url, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (answer && (await isWritten(page, answer, as))) return answer.url();
  const response = await visit(page, url);
  if (!response) return page.url();
  await unlessLeft(page.evaluate(`void (window.policyInForce = ${JSON.stringify(policyOf(response.headers()))})`));
  return page.url();
};

/** Undefined when the document goes away meanwhile: a page can lead on by itself. The next page then comes by navigation. */
const unlessLeft = <T>(evaluation: Promise<T>): Promise<T | undefined> =>
  evaluation.catch((error: Error) => {
    if (!error.message.includes('because of a navigation')) throw error;
    return undefined;
  });

/**
 * A script other than these four. Each keeps its names in a block, and leaves no timer, stream or observer behind: in a
 * document that is written again it begins anew, as after a navigation.
 */
const HAS_OTHER_SCRIPT =
  /<script(?! src="[^"]*\/assets\/(?:copy|editor|saved-views|search)\.[0-9a-f]{16}\.js" defer>)[\s>]/i;

const isWritten = async (page: Page, answer: APIResponse, as: 'page' | 'markup'): Promise<boolean> => {
  const html = await answer.text();
  const headers = answer.headers();
  if (!headers['content-type']?.startsWith('text/html') || HAS_OTHER_SCRIPT.test(html)) return false;
  const given = JSON.stringify([html, answer.url(), policyOf(headers), as === 'markup']);
  return Boolean(await unlessLeft(page.evaluate(`(${WRITE})(${given})`)));
};

/** One step of a browser at the authorization endpoint, as an answer that tests can compare: the error is where a person or client finds it. */
import type { Browser } from './browser-flow.ts';
import { decodeEntities } from './html-forms.ts';
import { type Answer, formOf, type Parameters } from './oauth-calls.ts';

export type FrontAnswer = Answer & {
  /** Where the browser is sent, when it is. */
  readonly location: URL | undefined;
  /** What reaches the client: from the query, the fragment or the form of the answer. */
  readonly parameters: Readonly<Record<string, string>>;
};

const pageError = (html: string): Record<string, string> => {
  const code = /<dt>Error<\/dt><dd><code>([^<]*)<\/code>/.exec(html)?.[1];
  return code === undefined ? {} : { error: decodeEntities(code) };
};

const postedForm = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g)].map(([, name = '', value = '']) => [
      decodeEntities(name),
      decodeEntities(value),
    ]),
  );

/** Sends one request and follows nothing. */
export const frontRequest = async (browser: Browser, url: string, init: RequestInit = {}): Promise<FrontAnswer> => {
  const response = await browser.request(url, init);
  const text = await response.text();
  const target = response.headers.get('location');
  const location = target === null ? undefined : new URL(target, url);
  const sent = location
    ? Object.fromEntries([...location.searchParams, ...new URLSearchParams(location.hash.slice(1))])
    : postedForm(text);
  const json = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    location,
    parameters: sent,
    body: json
      ? JSON.parse(text)
      : { ...(sent['error'] === undefined ? {} : { error: sent['error'] }), ...pageError(text) },
  };
};

export const authorize = (browser: Browser, endpoint: string, parameters: Parameters): Promise<FrontAnswer> =>
  frontRequest(browser, `${endpoint}?${formOf(parameters)}`);

/**
 * A small client of the AuthZEN Authorization API 1.0 and its Access Request and Approval Profile, by their text alone:
 * discovery, questions, searches page by page, requests and their tasks.
 */
import { type Answer, answerOf } from './oauth-calls.ts';

export type AuthZenClient = Awaited<ReturnType<typeof authZenClient>>;

type Json = { readonly [member: string]: unknown };

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

/** Throws when the metadata is not that of `pdp` (§9.2.3). */
export const authZenClient = async (pdp: string, authorization: () => string | Promise<string>) => {
  const { origin, pathname } = new URL(pdp);
  const path = pathname === '/' ? '' : pathname;
  const found = await answerOf(await fetch(`${origin}/.well-known/authzen-configuration${path}`));
  const metadata = found.body as Readonly<Record<string, unknown>>;
  if (metadata['policy_decision_point'] !== pdp) throw new Error('the metadata is of another decision point');

  const post = async (endpoint: string, body: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const all = { authorization: await authorization(), 'content-type': 'application/json', ...headers };
    return answerOf(await fetch(String(metadata[endpoint]), { method: 'POST', body, headers: all }));
  };
  const asking =
    (endpoint: string) =>
    (question: unknown, headers?: Record<string, string>): Promise<Answer> =>
      post(endpoint, JSON.stringify(question), headers);

  return {
    metadata,
    post,
    evaluate: asking('access_evaluation_endpoint'),
    evaluateAll: asking('access_evaluations_endpoint'),
    search: {
      subject: asking('search_subject_endpoint'),
      resource: asking('search_resource_endpoint'),
      action: asking('search_action_endpoint'),
    },
    /** `key`: the Idempotency-Key. */
    request: (submission: unknown, key?: string): Promise<Answer> =>
      post('access_request_endpoint', JSON.stringify(submission), key === undefined ? {} : { 'idempotency-key': key }),
    /** What stands behind a link of a task, or its status. */
    async follow(url: unknown, method: 'GET' | 'POST' = 'GET'): Promise<Answer> {
      const headers = { authorization: await authorization() };
      return answerOf(await fetch(String(url), { method, headers }));
    },
    /** All results, and of how many pages they came. */
    async searchAll(searched: 'subject' | 'resource' | 'action', question: Json, limit: number) {
      const results: unknown[] = [];
      let token: string | undefined;
      for (let pages = 1; ; pages += 1) {
        const page = { limit, ...(token === undefined ? {} : { token }) };
        const { status, body } = await this.search[searched]({ ...question, page });
        if (status !== 200) throw new Error(`search: ${status}`);
        results.push(...(body['results'] as unknown[]));
        token = (body['page'] as { readonly next_token: string }).next_token;
        if (token === '') return { results, pages };
      }
    },
  };
};

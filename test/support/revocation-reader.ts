/**
 * A small reader of the revocation feed, by its reference page alone: which tokens a message names, polls, and a stream of
 * Server-Sent Events.
 */
import { createHmac } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { basic } from './authzen-client.ts';
import { type Answer, answerOf, type Credential } from './oauth-calls.ts';

export type FeedMessage = {
  readonly start?: {
    readonly digest_key: string;
    readonly resumed: boolean;
    readonly settle_seconds: number;
    readonly retain_seconds: number;
    readonly risks: Readonly<Record<string, string>>;
  };
  readonly all?: true;
  readonly ends?: readonly string[];
  readonly cursor: string;
  readonly as_of: number;
  readonly time: number;
};

const PATH = '/access/v1/revocations';

/** Ids of a token by which a message may name it. */
const idsIn = (token: string): readonly string[] => {
  const claims = decodeJwt(token) as Record<string, unknown>;
  const ids: string[] = [];
  const add = (kind: string, value: unknown): void => void (typeof value === 'string' && ids.push(`${kind}:${value}`));
  add('token', claims['jti']);
  add('grant', claims['grant_id']);
  add('delegation', claims['delegation']);
  add('transaction', claims['txn']);
  add('party', claims['client_id']);
  add('subject', claims['sub']);
  add('instance', claims['instance']);
  add('approval', (claims['approval'] as { id?: unknown } | undefined)?.id);
  add('account_link', claims['account_link']);
  add('key', decodeProtectedHeader(token).kid);
  type Actor = { readonly sub?: unknown; readonly act?: Actor };
  for (let actor = claims['act'] as Actor | undefined; actor; actor = actor.act) add('party', actor.sub);
  return ids;
};

export const digestOf = (key: string, id: string): string =>
  createHmac('sha256', Buffer.from(key, 'base64url')).update(id).digest().subarray(0, 8).toString('base64url');

/** Whether a message names a token: then introspection decides. */
export const names = ({ all, ends = [] }: FeedMessage, key: string, token: string): boolean =>
  all === true || idsIn(token).some((id) => ends.includes(digestOf(key, id)));

export const revocationReader = (issuer: string, credential: Credential) => {
  if (credential.kind !== 'basic') throw new TypeError('a secret is needed');
  const authorization = basic(credential.clientId, credential.secret);

  const poll = async (query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    answerOf(await fetch(`${issuer}${PATH}?${new URLSearchParams(query)}`, { headers: { authorization } }));

  return {
    poll,
    async read(query: Readonly<Record<string, string>> = {}): Promise<FeedMessage> {
      const answer = await poll(query);
      if (answer.status !== 200) throw new Error(`no message: ${answer.status} ${answer.text}`);
      return answer.body as unknown as FeedMessage;
    },
    async stream(cursor?: string) {
      const aborting = new AbortController();
      const headers = { authorization, accept: 'text/event-stream', ...(cursor ? { 'last-event-id': cursor } : {}) };
      const response = await fetch(`${issuer}${PATH}`, { headers, signal: aborting.signal });
      const messages: FeedMessage[] = [];
      const reading = (async () => {
        let rest = '';
        for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          const events = (rest + chunk).split('\n\n');
          rest = events.pop() ?? '';
          for (const event of events) {
            const data = /^data: (.*)$/m.exec(event)?.[1];
            if (data !== undefined) messages.push(JSON.parse(data) as FeedMessage);
          }
        }
      })().catch(() => undefined);
      return {
        response,
        messages,
        /** Resolves when the server has ended it. */
        ended: reading,
        async close(): Promise<void> {
          aborting.abort();
          await reading;
        },
      };
    },
  };
};

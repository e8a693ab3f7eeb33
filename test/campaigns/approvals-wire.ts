/** What agents and resource servers send in this campaign: questions, fetches and uses, over HTTP at one of the nodes. */
import { decodeJwt } from 'jose';
import type { Identity } from '../support/agent-keys.ts';
import { basic } from '../support/authzen-client.ts';
import { ACCESS_TOKEN_TYPE, type Answer, CIBA, EXCHANGE } from '../support/oauth-calls.ts';
import type { Lane } from './approvals-fixtures.ts';
import type { Claims } from './approvals-ledger.ts';
import type { NodeHere, NodesHere } from './approvals-nodes.ts';

const REFRESH_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:refresh_token';

/** What an agent would like to do. */
export type Wish = {
  readonly channel: 'token_exchange' | 'backchannel';
  readonly scope: readonly string[];
  readonly details: readonly Readonly<Record<string, unknown>>[];
  /** Seconds people have, where it is asked for by CIBA. */
  readonly expiry?: number;
};

/** `error` is absent where it went well; `isFault` says that no client should ever get it. */
export type Outcome<T> = { readonly got?: T; readonly error?: string; readonly isFault?: boolean };

export type Fetched = { readonly token: string; readonly claims: Claims };

export type Wire = ReturnType<typeof approvalsWire>;

const failed = ({ status, body, text }: Answer): Outcome<never> => {
  if (status >= 500 || status === 0) return { error: `${status} ${text.slice(0, 300)}`, isFault: true };
  const { reason } = (body['denial'] ?? {}) as { readonly reason?: string };
  return { error: [status, body['error'] ?? body['code'], reason].filter((part) => part !== undefined).join(' ') };
};

const remedyIn = ({ body }: Answer): string | undefined => {
  const { remedies = [] } = (body['denial'] ?? {}) as { remedies?: { kind: string; auth_req_id?: string }[] };
  return remedies.find(({ kind }) => kind === 'approval')?.auth_req_id;
};

/** `backchannel` is the path of that endpoint, `username` the person's who is asked. */
export const approvalsWire = ({ nodes }: NodesHere, backchannel: string, username: string) => {
  const client = (node: number) => (nodes[node] as NodeHere).client;
  return {
    /** Answers the `auth_req_id`. */
    async ask(node: number, lane: Lane, { channel, scope, details, expiry }: Wish): Promise<Outcome<string>> {
      const credential = { kind: 'key', identity: lane.identity } as const;
      if (channel === 'token_exchange') {
        const answer = await client(node).oauth('/token', credential, {
          grant_type: EXCHANGE,
          subject_token: lane.refreshToken,
          subject_token_type: REFRESH_TOKEN_TYPE,
          resource: lane.bank.identifier,
          scope: scope.join(' '),
        });
        const got = remedyIn(answer);
        return got === undefined ? failed(answer) : { got };
      }
      const answer = await client(node).oauth(backchannel, credential, {
        scope: ['openid', ...scope].join(' '),
        resource: lane.bank.identifier,
        login_hint: username,
        ...(details.length === 0 ? {} : { authorization_details: JSON.stringify(details) }),
        ...(expiry === undefined ? {} : { requested_expiry: String(expiry) }),
      });
      return answer.status === 200 ? { got: String(answer.body['auth_req_id']) } : failed(answer);
    },

    /** Tries to make a further token of one that came of an approval. */
    async exchange(node: number, lane: Lane, token: string, scope: readonly string[]): Promise<Outcome<string>> {
      const answer = await client(node).oauth(
        '/token',
        { kind: 'key', identity: lane.identity },
        {
          grant_type: EXCHANGE,
          subject_token: token,
          subject_token_type: ACCESS_TOKEN_TYPE,
          resource: lane.bank.identifier,
          ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
        },
      );
      return answer.status === 200 ? { got: String(answer.body['access_token']) } : failed(answer);
    },

    async fetch(node: number, identity: Identity, authReqId: string): Promise<Outcome<Fetched>> {
      const credential = { kind: 'key', identity } as const;
      const answer = await client(node).oauth('/token', credential, { grant_type: CIBA, auth_req_id: authReqId });
      if (answer.status !== 200) return failed(answer);
      const token = String(answer.body['access_token']);
      return { got: { token, claims: decodeJwt(token) } };
    },

    /** Answers whether it is the first time that this call is let through. */
    async use(node: number, { bank }: Lane, token: string, key: string): Promise<Outcome<boolean>> {
      const authorization = basic(bank.id, bank.secret);
      const answer = await client(node).json('/access/v1/approval-uses', { token, call: key }, { authorization });
      if (answer.status !== 200) return failed(answer);
      return { got: (answer.body['approval'] as { readonly first?: unknown }).first === true };
    },
  };
};

/** An authorization server as a function: discovery, and a script that answers each request to the token endpoint. */
import { type Agent, createAgent, newKey, type Options } from '../../packages/agent/src/agent.ts';
import type { Clock } from '../../packages/agent/src/clock.ts';

export const ISSUER = 'https://id.example.com';
export const RESOURCE = 'https://notes.example.com';

export type Scripted = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Answers a request: its parameters, and how many requests came before. */
export type Script = (form: URLSearchParams, count: number) => Scripted | 'unreachable';

/** Time that only a sleep moves. Other tasks that are ready go first. */
const movingClock = (): Clock & { readonly slept: number[] } => {
  let seconds = 1_800_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => seconds,
    async sleep(pause, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw signal.reason;
      seconds += pause;
      slept.push(pause);
    },
  };
};

export const granted = (more: Readonly<Record<string, unknown>> = {}): Scripted => ({
  status: 200,
  body: { access_token: 'granted', token_type: 'Bearer', expires_in: 300, scope: 'read', ...more },
});

export const denied = (
  reason: string,
  remedies: readonly object[] = [],
  { error = 'access_denied', status = 400, headers = {} } = {},
): Scripted => ({
  status,
  headers,
  body: { error, error_description: 'Refused.', denial: { id: 'dny_1', layer: 'policy', reason, remedies } },
});

/** An agent of a scripted server, what it was asked, and its clock. `apis` answers requests to other origins. */
export const scripted = async (
  script: Script,
  { apis, ...more }: Partial<Options> & { readonly apis?: NonNullable<Options['fetch']> } = {},
) => {
  const forms: URLSearchParams[] = [];
  const discovery = { isDown: false, count: 0 };
  const clock = movingClock();
  const metadata = {
    issuer: ISSUER,
    token_endpoint: `${ISSUER}/token`,
    authorization_endpoint: `${ISSUER}/auth`,
    backchannel_authentication_endpoint: `${ISSUER}/backchannel`,
    jwks_uri: `${ISSUER}/jwks`,
  };
  const agent: Agent = await createAgent({
    issuer: ISSUER,
    clientId: 'agt_1',
    credential: { key: await newKey() },
    clock,
    async fetch(url, init) {
      if (apis && !url.startsWith(ISSUER)) return apis(url, init);
      const { body } = init;
      if (url.endsWith('/.well-known/openid-configuration')) {
        discovery.count += 1;
        if (discovery.isDown) throw new TypeError('fetch failed');
        return Response.json(metadata);
      }
      const form = new URLSearchParams(String(body));
      forms.push(form);
      const answer = script(form, forms.length - 1);
      if (answer === 'unreachable') throw new TypeError('fetch failed');
      return Response.json(answer.body, { status: answer.status, headers: answer.headers ?? {} });
    },
    ...more,
  });
  return { agent, forms, clock, discovery };
};

/** Answers one after the other; the last one stays. */
export const inTurn = (...answers: readonly (Scripted | 'unreachable')[]): Script => {
  return (_form, count) => answers[Math.min(count, answers.length - 1)] ?? 'unreachable';
};

/**
 * Answers a proxy that only asks: `auth_request` of nginx, a script of HAProxy, `ext_authz` of Envoy. On a listener of its own, which only
 * that proxy may reach. Owns how each proxy names the original request and takes the answer; `decision/` decides.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { RefusalAnswer } from '../../packages/resource-server/src/resource-server.ts';
import { listen } from '../listening.ts';
import type { GatewayConfiguration } from './configuration/configuration.ts';
import type { Decide, GatewayDecision, Permit } from './decision/gateway-decision.ts';
import { framingFault, isUsedMethod } from './request/framing.ts';
import { ownAnswer } from './request/own-refusals.ts';
import { refuseUnreadable } from './request/unreadable.ts';
import { listenAtSocket } from './unix-socket.ts';
import { sendAnswer } from './upstream/forward.ts';
import { type HeaderList, identityHeaders, requestHeadersOf } from './upstream/request-headers.ts';

/** What one proxy has asked, for the log. */
export type Asked = {
  readonly method: string;
  readonly status: number;
  readonly outcome: 'permitted' | 'refused';
  readonly reason?: string | undefined;
  readonly route?: string | undefined;
  readonly txn?: string | undefined;
};

export interface DecisionEndpoint {
  /** Resolves to the port; undefined at a socket. Rejects with an Error that names the setting. */
  listen(address: {
    readonly host: string;
    readonly port: number;
    readonly socket?: string;
  }): Promise<number | undefined>;
  close(): Promise<void>;
}

/** nginx knows three answers: any other status is a failure there. */
const FOR_NGINX = '/auth_request';
const FOR_SCRIPTS = '/decision';
/** Envoy appends the original path, and uses the original method. */
const FOR_ENVOY = '/envoy';
const METHOD = 'x-original-method';
const TARGET = 'x-original-uri';
const SECRET = 'x-behalf-proxy';

type Original = { readonly form: 'nginx' | 'script' | 'envoy'; readonly method: string; readonly target: string };

const refusal = (status: number, reason: string, description: string) =>
  ({ kind: 'refuse', answer: ownAnswer({ status, reason, description }), reason }) as const;

const ALONE: ReadonlySet<string> = new Set([METHOD, TARGET, SECRET]);

/** The original request. A proxy that lets clients send these headers sends them twice. */
const originalOf = ({ method = '', url = '' }: IncomingMessage, headers: HeaderList): Original | undefined => {
  if (url.startsWith(`${FOR_ENVOY}/`)) return { form: 'envoy', method, target: url.slice(FOR_ENVOY.length) };
  const form = url === FOR_NGINX ? 'nginx' : url === FOR_SCRIPTS ? 'script' : undefined;
  const values = (name: string) => headers.filter(([own]) => own.toLowerCase() === name).map(([, value]) => value);
  const [methods, targets] = [values(METHOD), values(TARGET)];
  const [original = '', target = ''] = [methods[0], targets[0]];
  const isNamedOnce = methods.length === 1 && targets.length === 1;
  return form && method === 'GET' && isNamedOnce ? { form, method: original, target } : undefined;
};

const hasContent = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || !['0', undefined].includes(headers['content-length']);

/** Answers proxies with what `decide` says. `onAsked` gets each answer, `onFault` each fault of the program. */
export const decisionEndpoint = (
  { upstream, decisions }: Pick<GatewayConfiguration, 'upstream' | 'decisions'>,
  {
    decide,
    onAsked,
    onFault,
  }: { readonly decide: Decide; readonly onAsked: (asked: Asked) => void; readonly onFault: (error: unknown) => void },
): DecisionEndpoint => {
  const identity = identityHeaders(upstream.identity);
  const secret = decisions?.secret === undefined ? undefined : Buffer.from(decisions.secret);

  const isTrusted = (headers: HeaderList): boolean => {
    if (!secret) return true;
    const given = headers.filter(([name]) => name.toLowerCase() === SECRET).map(([, value]) => Buffer.from(value));
    const [only] = given;
    return given.length === 1 && only?.length === secret.length && timingSafeEqual(only, secret);
  };

  /** Each header of `identity` is there, so that one of a client never stays in its place. */
  const permitted = ({ path, query, access, headers, credentials }: Permit): RefusalAnswer => ({
    status: 200,
    headers: [
      ['cache-control', 'no-store'],
      ['x-behalf-target', `${path}${query}`],
      ...Object.keys(upstream.identity).map((name): [string, string] => [
        name.toLowerCase(),
        identity(access).find(([own]) => own === name)?.[1] ?? '',
      ]),
      ...credentials.map(([name, value]): [string, string] => [`x-behalf-${name.toLowerCase()}`, value]),
      ...headers,
    ],
    body: '',
  });

  const refusedFor = (form: Original['form'], answer: RefusalAnswer): RefusalAnswer => {
    const { status } = answer;
    if (form !== 'nginx' || status === 401 || status >= 500) return answer;
    return { ...answer, status: 403, headers: [...answer.headers, ['x-behalf-status', String(status)]] };
  };

  const decided = async (request: IncomingMessage): Promise<readonly [GatewayDecision, Original | undefined]> => {
    const headers = requestHeadersOf(request.rawHeaders);
    if (!isTrusted(headers))
      return [refusal(403, 'proxy_unknown', 'This proxy is not known. Send its secret.'), undefined];
    const fault = framingFault(request);
    if (fault) return [refusal(fault.status, fault.reason, `The request is refused: ${fault.why}.`), undefined];
    const original = originalOf(request, headers);
    if (!original || hasContent(request)) {
      const text = `Ask with GET and no content, and with ${METHOD} and ${TARGET} once each.`;
      return [refusal(400, 'question_malformed', text), undefined];
    }
    const { method, target, form } = original;
    if (!isUsedMethod(method)) return [refusal(405, 'method_refused', 'This method is not used here.'), original];
    const own = headers.filter(([name]) => !ALONE.has(name.toLowerCase()));
    const decision = await decide({ method, target, headers: own });
    if (decision.kind === 'answer') {
      return [refusal(403, 'metadata_elsewhere', 'Send requests for the metadata document to the gateway.'), original];
    }
    // Envoy sends the upstream the path that it received.
    if (form === 'envoy' && decision.kind === 'permit' && `${decision.path}${decision.query}` !== target) {
      return [
        refusal(400, 'target_ambiguous', 'The request is refused: the path is not in its normal form.'),
        original,
      ];
    }
    return [decision, original];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [decision, original] = await decided(request);
    const { form = 'script', method = String(request.method) } = original ?? {};
    if (decision.kind === 'permit') {
      sendAnswer(response, permitted(decision));
      const { deed, access } = decision;
      return onAsked({ method, status: 200, outcome: 'permitted', route: deed.route, txn: access?.txn });
    }
    const answer = refusedFor(form, decision.answer);
    sendAnswer(response, answer);
    const reason = decision.kind === 'refuse' ? decision.reason : undefined;
    onAsked({ method, status: answer.status, outcome: 'refused', reason });
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      onFault(error);
      if (response.headersSent) response.destroy();
      else
        sendAnswer(response, ownAnswer({ status: 500, reason: 'gateway_fault', description: 'The gateway failed.' }));
    });
  });
  refuseUnreadable(server);

  return {
    async listen(address) {
      if (address.socket !== undefined) {
        await listenAtSocket(server, address.socket, 'decisions.socket');
        return undefined;
      }
      await listen(server, address, 'decisions');
      return (server.address() as { readonly port: number }).port;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

/**
 * Our own handlers of introspection and of three grants, in front of Koa and oidc-provider's routes (decision 49). They take only requests that they understand completely, and answer only what succeeds:
 *
 * - A request with anything unusual goes to oidc-provider as it came.
 * - Clients authenticate by oidc-provider's function with our hooks, in both ways.
 * - When a step throws, oidc-provider answers the request with that error. It does not run the step again, which may have used
 *   something up. So limits, audit events, headers and texts of refusals exist once.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { clientAuthentication, currentContext } from '../seam/internals.ts';
import { type RefusedByHandler, requestState } from '../seam/request-state.ts';
import { handlerContext } from './handler-context.ts';
import { announcedForm, formBytes, formOf } from './request-form.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** What one of the handlers answers to an authenticated client. */
export type OwnHandler = {
  /** Path below the issuer, exactly. */
  readonly path: string;
  /** As oidc-provider names it. */
  readonly route: string;
  /** Parameters besides those of the client. A request with others is not understood. */
  readonly parameters: readonly string[];
  /** Whether a request with these values is understood. */
  readonly takes: (form: Readonly<Record<string, string>>) => boolean;
  /** The body of the response with status 200. */
  readonly answer: (context: KoaContextWithOIDC) => Promise<object>;
  /** Begins reads of `answer` while the client still authenticates. */
  readonly readAhead?: (context: KoaContextWithOIDC) => void;
  /** oidc-provider has no part in `answer`, so that its errors are answered as those of our middlewares. */
  readonly isOurs?: boolean;
};

const OF_CLIENTS = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'];

/** Headers of responses with these routes, as oidc-provider sets them for a request without `Origin`. */
const HEADERS: readonly (readonly [string, string])[] = [
  ['Vary', 'Origin'],
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Expose-Headers', 'DPoP-Nonce,OAuth-Client-Attestation-Challenge,WWW-Authenticate'],
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'application/json; charset=utf-8'],
];

/** `others`: oidc-provider, for all that is not understood here. */
export const withOwnHandlers = (provider: Provider, handlers: readonly OwnHandler[], others: Listener): Listener => {
  const prepared = handlers.map((handler) => {
    const names = [...OF_CLIENTS, ...handler.parameters];
    const none = Object.fromEntries(names.map((name) => [name, undefined]));
    return { handler, names: new Set(names), none };
  });
  const byPath = new Map(
    [...Map.groupBy(prepared, ({ handler }) => handler.path)].map(([path, ofPath]) => [
      path,
      { ofPath, names: new Set(ofPath.flatMap(({ names }) => [...names])) },
    ]),
  );

  const handle = async (
    request: IncomingMessage,
    response: ServerResponse,
    length: number,
    { ofPath, names }: { readonly ofPath: readonly Prepared[]; readonly names: ReadonlySet<string> },
  ): Promise<void> => {
    const refuse = (refused: RefusedByHandler): void => {
      requestState(request).refused = refused;
      // The form is read. Without a type, oidc-provider does not read it again.
      delete request.headers['content-type'];
      others(request, response);
    };
    const bytes = await formBytes(request, length);
    if (request.destroyed && !bytes) {
      const error = new errors.InvalidRequest('failed to parse the request body');
      refuse({ error, params: {}, entities: {}, isOurs: false });
      return;
    }
    const form = bytes && formOf(bytes, names);
    const found = form && ofPath.find((one) => one.handler.takes(form) && hasOnly(form, one.names));
    if (!found) {
      if (bytes) request.unshift(bytes);
      others(request, response);
      return;
    }
    const { handler, none } = found;
    const context = handlerContext(provider, request, response, handler.route);
    const { oidc } = context as unknown as { readonly oidc: Writable };
    let isAuthenticated = false;
    try {
      const body = await currentContext.run(context, async () => {
        oidc.body = form;
        oidc.params = { ...none, ...form };
        const { readAhead } = handler;
        if (readAhead) requestState(request).readAhead = () => readAhead(context);
        await authenticate(context);
        isAuthenticated = true;
        return handler.answer(context);
      });
      respond(response, body);
    } catch (error) {
      const isOurs = isAuthenticated && handler.isOurs === true;
      refuse({ error, params: oidc.params, entities: oidc.entities, isOurs });
    }
  };

  return (request, response) => {
    const found = byPath.get(request.url ?? '');
    const length = found && announcedForm(request);
    if (length === undefined) others(request, response);
    else void handle(request, response, length, found as NonNullable<typeof found>);
  };
};

type Prepared = {
  readonly handler: OwnHandler;
  readonly names: ReadonlySet<string>;
  /** Each parameter without a value, as oidc-provider has them. */
  readonly none: Readonly<Record<string, undefined>>;
};

const hasOnly = (form: object, names: ReadonlySet<string>): boolean =>
  Object.keys(form).every((name) => names.has(name));

type Writable = { body: object; params: Record<string, unknown>; entities: object };

/** Authenticates the client as oidc-provider does at each endpoint. No parameter is there twice, which it checks first. */
const authenticate = async (context: KoaContextWithOIDC): Promise<void> => {
  const [, challenge, verify] = clientAuthentication;
  if (!challenge || !verify) throw new TypeError('oidc-provider authenticates clients in other steps');
  await challenge(context, () => verify(context, async () => undefined));
};

const respond = (response: ServerResponse, body: object): void => {
  // The deadline has answered, or the connection is gone.
  if (response.headersSent || response.writableEnded) return;
  const text = JSON.stringify(body);
  response.statusCode = 200;
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
};

/** Call it when oidc-provider has read the parameters of a request. Throws the error that one of our handlers left to it. */
export const refuseAgain = (context: KoaContextWithOIDC): void => {
  const { refused } = requestState(context);
  if (!refused) return;
  Object.assign(context.oidc.entities, refused.entities);
  Object.defineProperty(context.oidc, 'params', { value: refused.params, configurable: true, enumerable: true });
  // structured-tokens.ts throws the error itself, where no handler of oidc-provider answers it.
  throw refused.isOurs ? new errors.InvalidRequest('our own handler failed') : refused.error;
};

import type { Context, Middleware } from 'koa';
import { pageCsp } from '../../../views/content-security-policy.ts';
import { type Html, Phrase, type View } from '../../../views/html.ts';
import type { Language } from '../../../views/language.ts';
import type { PageFrame, SignedInAs } from '../../../views/layout.ts';
import { type ErrorModel, errorPage } from '../../../views/pages/error.ts';
import type { FlashMessage } from '../../../views/partials/flash.ts';
import { errorWords } from '../../../views/words/error.ts';
import { resetWords } from '../../../views/words/password.ts';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import { auditRefusal } from '../../domain/audit/audit-refusals.ts';
import { refusedDecision } from '../../domain/audit/refused-decision.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import { isOutOfSpace, isStoreUnavailable, NO_SPACE } from '../../domain/ports/document-store.ts';
import type { Exchange } from '../../domain/ports/interactions.ts';
import type { Assurance } from '../../domain/vocabulary/assurance.ts';
import { type DomainError, type DomainErrorCode, isDomainError } from '../../domain/vocabulary/errors.ts';
import { setSecurityHeaders } from '../middleware/security-headers.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { stateOf } from '../request-state.ts';
import { pageRefusal } from './page-refusals.ts';
import type { PeopleDeps } from './people-deps.ts';

export const exchangeOf = (ctx: Context): Exchange => ({ request: ctx.req, response: ctx.res });

export const requestOf = (ctx: Context): { readonly request: string; readonly source: string } => {
  const { requestId, source } = stateOf(ctx);
  return { request: requestId, source };
};

/** Not `ctx.URL`, which is built from the Host header (AZ-15). */
export const queryOf = (ctx: Context): URLSearchParams => new URLSearchParams(ctx.querystring);

/**
 * The message about the last action, by the keyword of the link; absent for any other keyword. `said`: a phrase alone reports
 * a success.
 */
export const doneOf = (
  ctx: Context,
  said: Readonly<Record<string, Phrase | FlashMessage>>,
): { readonly flash?: FlashMessage } => {
  const word = queryOf(ctx).get('done') ?? '';
  const message = Object.hasOwn(said, word) ? said[word] : undefined;
  if (message === undefined) return {};
  return { flash: message instanceof Phrase ? { kind: 'success', text: message } : message };
};

export const byOf = (ctx: Context, account: string): By => {
  const { sender } = stateOf(ctx);
  return {
    caller: account,
    ...requestOf(ctx),
    ...(sender?.account === account && sender.assurance ? { assurance: sender.assurance } : {}),
  };
};

export const languageOf = (ctx: Context): Language => stateOf(ctx).language;

/** The reader of the response. */
export const viewOf = (ctx: Context, status = 200): View => {
  // The page of a refusal repeats no part of the request: its address may hold a handle.
  const isReadAgain = ctx.method === 'GET' && status < 400 && ctx.url.length <= LONGEST_HERE;
  const { brand, now } = stateOf(ctx);
  return {
    language: languageOf(ctx),
    now,
    ...(isReadAgain ? { here: ctx.url } : {}),
    ...(brand ? { brand } : {}),
  };
};

const LONGEST_HERE = 2000;

/**
 * Sends a page. `formTargets`: validated redirect URIs at which a form on it may end (views/content-security-policy.ts).
 * `scripts`: the page has a script of ours; `live`: that script also calls this server.
 */
export const sendPage = (
  ctx: Context,
  status: number,
  page: Html,
  formTargets: readonly string[] = [],
  scripts?: 'scripts' | 'live',
): void => {
  const { hasSearch } = stateOf(ctx);
  ctx.status = status;
  ctx.set(
    'Content-Security-Policy',
    pageCsp({ formTargets, scripts: hasSearch || scripts !== undefined, connects: hasSearch || scripts === 'live' }),
  );
  ctx.type = 'text/html; charset=utf-8';
  const view = viewOf(ctx, status);
  ctx.set('Content-Language', view.language);
  // As bytes: koa would measure the text, and Node would join it to the headers and encode it.
  ctx.body = Buffer.from(page.in(view));
};

/**
 * Sends a page that redirects without a click, to a checked URL. The policy of the page whose form began an HTTP redirect,
 * ours or another server's, would apply to it (form-action). This page begins a new navigation.
 */
export const sendOnward = (ctx: Context, page: Html, href: string): void => {
  ctx.set('Refresh', `0; url=${href}`);
  sendPage(ctx, 200, page);
};

/** Redirects with 303, so that no browser forwards a form (RFC 9700 §4.12, AZ-11). */
export const seeOther = (ctx: Context, location: string): void => {
  ctx.status = 303;
  ctx.set('Location', location);
  ctx.body = '';
};

/** Whether it is a path on our own origin (WB-06), of characters that a header can hold. */
export const isLocalPath = (path: string): boolean => /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path);

/** HTTP status of each refusal on a page. A new code does not compile until this table has it. */
const STATUS = {
  invalid_request: 400,
  invalid_field: 400,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  unauthenticated: 403,
  forbidden: 403,
  too_many_requests: 429,
  unavailable: 503,
  invalid_client: 400,
  unauthorized_client: 403,
  invalid_grant: 400,
  invalid_scope: 400,
  invalid_target: 400,
  invalid_authorization_details: 400,
  unsupported_token_type: 400,
  consent_required: 403,
  insufficient_user_authentication: 403,
  access_denied: 403,
  authorization_pending: 400,
  slow_down: 429,
  expired_token: 400,
} as const satisfies Record<DomainErrorCode, number>;

const TITLES: Readonly<Record<number, Phrase>> = {
  403: errorWords.forbidden,
  404: errorWords.absent,
  409: errorWords.again,
  429: errorWords.tooMany,
  503: errorWords.later,
};

/** Titles of refusals of which the title by status says too little. */
const TITLES_BY_REASON: Readonly<Record<string, Phrase>> = {
  reset_link_invalid: errorWords.titles.linkEnded,
  interaction_over: errorWords.titles.requestEnded,
  resumed_in_other_browser: errorWords.titles.signInEnded,
};

export const statusOf = (error: DomainError): number => STATUS[error.code];

/** Sets `Retry-After` if the refusal says when to try again. */
export const setRetryAfter = (ctx: Context, error: DomainError): void => {
  if (error.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(error.retryAfterSeconds));
};

type Refusals = Pick<PeopleDeps, 'audit' | 'countRefusal'>;

export const rememberSender = (ctx: Context, account: string | undefined, assurance?: Assurance): void => {
  if (account === undefined) return;
  const state = stateOf(ctx);
  const before = state.sender?.account === account ? state.sender.assurance : undefined;
  const now = assurance ?? before;
  state.sender = { account, ...(now ? { assurance: now } : {}) };
};

/** `signedInAs`: absent without a signed-in account. */
export const rememberReader = (ctx: Context, signedInAs?: SignedInAs): void => {
  stateOf(ctx).reader = signedInAs ? { signedInAs } : {};
};

const readerOf = (ctx: Context): Pick<PageFrame, 'signedInAs' | 'isUnknownReader'> =>
  stateOf(ctx).reader ?? { isUnknownReader: true };

/** Records the refusal of a request once. A page that answers a refusal itself calls it first. */
export const recordRefusal = (deps: Refusals, ctx: Context, error: DomainError): Promise<void> =>
  appendRefusal(
    deps,
    ctx,
    error.code,
    error.field === undefined ? error.code : `${error.code} ${error.field}`,
    refusedDecision(error),
  );

/** Records a refusal with its reason: as one event of the signed-in account. Without an account, only counts it. */
export const appendRefusal = async (
  { audit, countRefusal }: Refusals,
  ctx: Context,
  error: DomainErrorCode,
  reason: string,
  { inputs, ...decided }: Partial<AuditEvent> = {},
): Promise<void> => {
  const facts = requestOf(ctx);
  const account = stateOf(ctx).sender?.account;
  if (account === undefined) return countRefusal({ reason, ...facts });
  await audit.append({
    // A refusal by policy is the same event on every route.
    type: decided.decision === undefined ? 'request.refused' : 'management.refused',
    outcome: 'refused',
    request: facts.request,
    subject: account,
    caller: account,
    error,
    ...decided,
    inputs: { reason, ...inputs },
    personal: { source: facts.source },
  });
};

/**
 * Records the refusal behind an error, and returns the one to show: another one if it cannot be recorded. Undefined for an
 * error that is no refusal.
 */
export const recordedRefusal = async (
  deps: Refusals,
  ctx: Context,
  thrown: unknown,
): Promise<DomainError | undefined> => {
  const error = isDomainError(thrown) ? thrown : isStoreUnavailable(thrown) ? outOfOrder(thrown) : undefined;
  if (!error || error.code === 'unavailable' || stateOf(ctx).recordedRefusal === error) return error;
  try {
    await recordRefusal(deps, ctx, error);
    return error;
  } catch (failure) {
    return outOfOrder(failure);
  }
};

/**
 * Sets the headers of all pages, records refusals of the domain, and sends them as pages. Rethrows unknown errors. `around`:
 * what the area of the request adds to the page of a refusal.
 */
export const pages = (
  deps: Pick<PeopleDeps, 'issuer' | 'basePath'> & Refusals,
  around: (ctx: Context, error: DomainError) => Partial<ErrorModel> = () => ({}),
): Middleware => {
  const { issuer, basePath } = deps;
  const isHttps = issuer.startsWith('https:');

  return async (ctx, next) => {
    setSecurityHeaders(ctx, isHttps);
    try {
      await next();
    } catch (thrown) {
      const error = await recordedRefusal(deps, ctx, thrown);
      if (!error) throw thrown;
      setRetryAfter(ctx, error);
      const status = statusOf(error);
      const page = errorPage({
        basePath,
        ...readerOf(ctx),
        title: TITLES_BY_REASON[error.reason ?? ''] ?? TITLES[status] ?? errorWords.failed,
        text: refusalPhrase(error),
        code: error.code,
        requestId: requestOf(ctx).request,
        ...(error.reason === 'reset_link_invalid'
          ? { onwards: { href: `${basePath}/account/reset`, text: resetWords.another } }
          : {}),
        ...around(ctx, error),
      });
      sendPage(ctx, status, page);
    }
  };
};

const outOfOrder = (cause: unknown): DomainError =>
  isOutOfSpace(cause)
    ? auditRefusal('storage_full', { retryAfterSeconds: NO_SPACE.retryAfterSeconds, cause })
    : pageRefusal('page_unavailable', { retryAfterSeconds: 5, cause });

/** The pages that oidc-provider shows within its own routes, from our views. */
import type { IncomingMessage } from 'node:http';
import type { Brand } from '../../views/brand.ts';
import { formAction, pageCsp } from '../../views/content-security-policy.ts';
import type { Html, Phrase } from '../../views/html.ts';
import { LANGUAGES } from '../../views/language.ts';
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from '../../views/pages/device.ts';
import { errorPage } from '../../views/pages/error.ts';
import { signedOutPage, signOutPage } from '../../views/pages/sign-out.ts';
import { onwardPage } from '../../views/pages/upstream-redirect.ts';
import { errorWords } from '../../views/words/error.ts';
import { isDocumentId } from '../domain/clients/clients/metadata-document.ts';
import type { Account } from '../domain/identity/accounts/account.ts';
import { isOutOfSpace } from '../domain/ports/document-store.ts';
import { isDomainError } from '../domain/vocabulary/errors.ts';
import { isFromOurPages } from './middleware/csrf.ts';
import { readerLanguage } from './middleware/language.ts';
import { refusalPhrase, type ShownRefusal } from './refusal-phrase.ts';

/** The part of oidc-provider's context that these pages read. */
type ProviderContext = {
  status: number;
  type: string;
  body: unknown;
  readonly req: IncomingMessage;
  set(name: string, value: string): void;
  remove(name: string): void;
  readonly response: { get(name: string): unknown };
  readonly oidc?: {
    readonly session?: { readonly state?: unknown } | undefined;
    readonly client?: { readonly clientName?: string | undefined } | undefined;
    readonly params?: Readonly<Record<string, unknown>> | undefined;
  };
};
/** The client of a device flow; members as oidc-provider names them. */
type DeviceClient = {
  readonly clientId: string;
  readonly clientName?: string | undefined;
  readonly [member: string]: unknown;
};
type Failure = { readonly error?: string | undefined; readonly error_description?: string | undefined };

const DEVICE_ERRORS: Readonly<Record<string, 'incorrect' | 'aborted'>> = {
  NotFoundError: 'incorrect',
  ExpiredError: 'incorrect',
  AlreadyUsedError: 'incorrect',
  NoCodeError: 'incorrect',
  AbortedError: 'aborted',
};

/** Text for the user, where oidc-provider addresses the developer of the app. Its own text follows as detail. */
const FOR_PEOPLE: Readonly<Record<string, { readonly title?: Phrase; readonly text: Phrase }>> = {
  invalid_client: { title: errorWords.titles.unknownApp, text: errorWords.unknownApp },
  invalid_redirect_uri: { title: errorWords.titles.unknownRedirect, text: errorWords.unknownRedirect },
  invalid_request: { title: errorWords.titles.unanswerable, text: errorWords.unanswerable },
  not_found: { title: errorWords.titles.noPage, text: errorWords.leadsNowhere },
  method_not_allowed: { title: errorWords.otherwise, text: errorWords.noSuchRequest },
};

export interface ProviderPages {
  /** The languages of the pages, the usual one first. */
  readonly languages: typeof LANGUAGES;

  /** Whether the headers say that a page of ours sent the request. */
  isFromOurPages(request: IncomingMessage): boolean;

  /** Adds `form-action` to the policy of a response without one: this server, and `redirectUri` if a form may end there. */
  limitForms(ctx: ProviderContext, redirectUri: string | undefined): void;

  /**
   * The page of an error that no client can receive. It repeats no part of the request. `cause`: the error of oidc-provider;
   * the refusal that caused it has the German words.
   */
  error(ctx: ProviderContext, out: Failure, cause?: unknown): Promise<void>;

  /** Asks whether to sign out (OpenID Connect RP-Initiated Logout 1.0 §2). */
  signOut(ctx: ProviderContext): Promise<void>;

  /** Says that the user is signed out. */
  signedOut(ctx: ProviderContext): Promise<void>;

  /**
   * Asks for the code that a device shows (RFC 8628 §3.3). `error`: why the last code was refused. `opened`: the code in the
   * opened link.
   */
  deviceCode(ctx: ProviderContext, error?: Error & { userCode?: string }, opened?: string): Promise<void>;

  /** Asks whether the device with this code may continue. Shows the client, and the network of the device. */
  deviceConfirm(
    ctx: ProviderContext,
    client: DeviceClient,
    info: Readonly<Record<string, unknown>>,
    userCode: string,
  ): Promise<void>;

  /** Says that the device can continue. */
  deviceDone(ctx: ProviderContext): Promise<void>;

  /** Continues to another provider that must end its session, too. */
  onward(ctx: ProviderContext, provider: { readonly name: string; readonly href: string }): void;
}

export const providerPages = (deps: {
  readonly issuer: string;
  readonly brand?: Brand | undefined;
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
}): ProviderPages => {
  const { issuer, brand } = deps;
  const basePath = new URL(issuer).pathname.replace(/\/$/, '');
  const frame = { basePath };
  const readers = readerLanguage(issuer);
  const xsrfOf = (ctx: ProviderContext): string =>
    String((ctx.oidc?.session?.state as { secret?: string } | undefined)?.secret ?? '');

  /** `here`: the address at which the page can be read again. An error page has none, and repeats no part of its request. */
  const send = (ctx: ProviderContext, page: Html, formTargets: readonly string[] = [], here = true): void => {
    ctx.set('Content-Security-Policy', pageCsp({ formTargets, scripts: false }));
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'text/html; charset=utf-8';
    const language = readers.of(ctx.req, String(ctx.oidc?.params?.['ui_locales'] ?? ''));
    ctx.set('Content-Language', language);
    ctx.body = page.in({
      language,
      ...(brand ? { brand } : {}),
      ...(here && ctx.req.method === 'GET' ? { here: String(ctx.req.url) } : {}),
    });
  };

  return {
    languages: LANGUAGES,
    isFromOurPages: (request: IncomingMessage): boolean => isFromOurPages(request, issuer),

    limitForms(ctx: ProviderContext, redirectUri: string | undefined): void {
      const policy = String(ctx.response.get('Content-Security-Policy'));
      const targets = redirectUri === undefined ? [] : [redirectUri];
      if (!policy.includes('form-action')) ctx.set('Content-Security-Policy', `${policy}; ${formAction(targets)}`);
    },

    async error(ctx: ProviderContext, out: Failure, cause?: unknown): Promise<void> {
      const known = out.error === undefined ? undefined : FOR_PEOPLE[out.error];
      const said = out.error_description;
      const page = errorPage({
        ...frame,
        isUnknownReader: true,
        title: known?.title ?? errorWords.failed,
        text:
          known?.text ??
          (said === undefined ? errorWords.unansweredRequest : refusalPhrase({ message: said, ...reasonOf(cause) })),
        ...(known === undefined || said === undefined ? {} : { detail: said }),
        ...(out.error === undefined ? {} : { code: out.error }),
        requestId: String(ctx.response.get('X-Request-Id')),
      });
      send(ctx, page, [], false);
    },

    async signOut(ctx: ProviderContext): Promise<void> {
      const clientName = ctx.oidc?.client?.clientName;
      const model = { ...frame, action: `${issuer}/session/end/confirm`, xsrf: xsrfOf(ctx) };
      // The response sends the browser there, and `form-action` applies to that redirect, too.
      const { postLogoutRedirectUri: next } = { ...(ctx.oidc?.session?.state as { postLogoutRedirectUri?: string }) };
      const targets = next === undefined ? [] : [next];
      send(ctx, signOutPage(clientName === undefined ? model : { ...model, clientName }), targets);
    },

    async signedOut(ctx: ProviderContext): Promise<void> {
      const clientName = ctx.oidc?.client?.clientName;
      send(ctx, signedOutPage(clientName === undefined ? frame : { ...frame, clientName }));
    },

    async deviceCode(ctx: ProviderContext, error?: Error & { userCode?: string }, opened?: string): Promise<void> {
      const userCode = error?.userCode ?? opened;
      send(
        ctx,
        deviceCodePage({
          ...frame,
          action: `${issuer}/device`,
          xsrf: xsrfOf(ctx),
          charset: 'base-20',
          ...(userCode === undefined ? {} : { userCode }),
          ...(error === undefined ? {} : { error: DEVICE_ERRORS[error.constructor.name] ?? 'failed' }),
          ...(isDomainError(error?.cause) && error.cause.code === 'access_denied'
            ? { refusal: refusalPhrase(error.cause) }
            : {}),
        }),
      );
    },

    async deviceConfirm(
      ctx: ProviderContext,
      client: DeviceClient,
      info: Readonly<Record<string, unknown>>,
      userCode: string,
    ): Promise<void> {
      const owner = client['behalf_owner'];
      const ownerName = typeof owner === 'string' ? (await deps.accounts.get(owner))?.document.name : undefined;
      const { software, address, at } = info;
      send(
        ctx,
        deviceConfirmPage({
          ...frame,
          action: `${issuer}/device`,
          xsrf: xsrfOf(ctx),
          userCode: String(ctx.oidc?.params?.['user_code'] ?? userCode),
          displayCode: userCode,
          client: {
            name: client.clientName ?? client.clientId,
            kind: client['behalf_kind'] === 'agent' ? 'agent' : 'client',
            ...(ownerName === undefined ? {} : { ownerName }),
            ...(isDocumentId(client.clientId) ? { host: new URL(client.clientId).host } : {}),
          },
          device: {
            ...(typeof software === 'string' && software !== '' ? { software } : {}),
            ...(typeof address === 'string' ? { address } : {}),
            ...(typeof at === 'number' ? { askedAt: at } : {}),
          },
        }),
      );
    },

    async deviceDone(ctx: ProviderContext): Promise<void> {
      const clientName = ctx.oidc?.client?.clientName;
      send(ctx, deviceDonePage(clientName === undefined ? frame : { ...frame, clientName }));
    },

    onward(ctx: ProviderContext, { name, href }: { readonly name: string; readonly href: string }): void {
      ctx.remove('Location');
      ctx.set('Refresh', `0; url=${href}`);
      ctx.status = 200;
      send(ctx, onwardPage({ ...frame, kind: 'out', provider: name, href }));
    },
  };
};

/** Reason of the refusal of ours behind an error of oidc-provider. */
const reasonOf = (error: unknown): Pick<ShownRefusal, 'reason' | 'params'> => {
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  if (isDomainError(cause)) return { reason: cause.reason, params: cause.params };
  return isOutOfSpace(cause) ? { reason: 'storage_full' } : {};
};

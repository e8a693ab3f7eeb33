/**
 * The state of a request under way on our own routes: koa's `ctx.state`, with a type. app.ts creates it before any router. No
 * other code of src/http keeps values by request or context. Each member says who writes and who reads it.
 */
import type { Context } from 'koa';
import type { Brand } from '../../views/brand.ts';
import type { Language } from '../../views/language.ts';
import type { SignedInAs } from '../../views/layout.ts';
import type { ConsoleFrame } from '../../views/partials/console-frame.ts';
import type { Assurance } from '../domain/vocabulary/assurance.ts';
import type { DomainError } from '../domain/vocabulary/errors.ts';

export type RequestState = {
  /** `req_…`. Written by the front guard; read for events, problems, pages of refusals and the log. */
  readonly requestId: string;
  /** Address of the client. Written by the front guard; read for limits and events. */
  readonly source: string;
  /** When the request came, in epoch seconds. Written by app.ts; read when a page says how long ago something was. */
  readonly now: number;
  /**
   * Language of the response. Written by app.ts; overwritten by interaction/router.ts for the request of an interaction, and
   * by account/sessions.ts for the account. Read when a page is sent.
   */
  language: Language;
  /** The operator's brand. Written by app.ts; read when a page is sent. */
  readonly brand: Brand | undefined;
  /**
   * The authenticated sender: a refusal is one event of that account. Written when a session is found or a form is read; read
   * for events (interaction/page-answers.ts). Refusals without a sender are only counted (decision D18).
   */
  sender: { readonly account: string; readonly assurance?: Assurance } | undefined;
  /**
   * The signed-in account for pages, including the page of a refusal. Absent until it is looked up. Written by
   * account/sessions.ts, read by interaction/page-answers.ts.
   */
  reader: { readonly signedInAs?: SignedInAs } | undefined;
  /**
   * Whether the page has the search of the console, whose script calls this server. Written by console/router.ts, read when a
   * page is sent.
   */
  hasSearch: boolean;
  /** The frame of a page of the console. Written and read by console/router.ts: the page of a refusal keeps the navigation. */
  consoleFrame: ConsoleFrame | undefined;
  /** A refusal that the audit log already has. Written when a form is refused, read when the refusal is sent. */
  recordedRefusal: DomainError | undefined;
};

/** Call it once for each request, before any router. */
export const beginState = (
  ctx: Context,
  { id, source }: { readonly id: string; readonly source: string },
  language: Language,
  now: number,
  brand?: Brand,
): void => {
  const state: RequestState = {
    requestId: id,
    source,
    now,
    language,
    brand,
    sender: undefined,
    reader: undefined,
    hasSearch: false,
    consoleFrame: undefined,
    recordedRefusal: undefined,
  };
  ctx.state = state;
};

export const stateOf = (ctx: Context): RequestState => ctx.state as RequestState;

/**
 * What our own routes remember about a request under way: koa's `ctx.state`, with a type. app.ts begins it before any router,
 * and nothing else of src/http keeps values by request or context. Each member says who writes and who reads it.
 */
import type { Context } from 'koa';
import type { Language } from '../../views/language.ts';
import type { SignedInAs } from '../../views/layout.ts';
import type { Assurance } from '../domain/vocabulary/assurance.ts';
import type { DomainError } from '../domain/vocabulary/errors.ts';

export type RequestState = {
  /** `req_…`. Of the front guard; read for events, problems, pages of refusals and the log. */
  readonly requestId: string;
  /** Address of the client. Of the front guard; read for limits and events. */
  readonly source: string;
  /**
   * Language of the answer. Written by app.ts; again by interaction/router.ts for the request an interaction is part of, and
   * by account/sessions.ts for the account. Read when a page is sent.
   */
  language: Language;
  /**
   * The authenticated sender: a refusal is one event of that account. Written where a session is found or a form is read, read
   * for events (interaction/page-answers.ts). Refusals without a sender are counted (decision D18).
   */
  sender: { readonly account: string; readonly assurance?: Assurance } | undefined;
  /**
   * The signed-in account as pages show it: the page of a refusal shows it, too. Absent until it was looked up. Written by
   * account/sessions.ts, read by interaction/page-answers.ts.
   */
  reader: { readonly signedInAs?: SignedInAs } | undefined;
  /** A refusal that is in the audit log already. Written when a form is refused, read when the refusal is answered. */
  recordedRefusal: DomainError | undefined;
};

/** To be called once for each request, before any router. */
export const beginState = (
  ctx: Context,
  { id, source }: { readonly id: string; readonly source: string },
  language: Language,
): void => {
  const state: RequestState = {
    requestId: id,
    source,
    language,
    sender: undefined,
    reader: undefined,
    recordedRefusal: undefined,
  };
  ctx.state = state;
};

export const stateOf = (ctx: Context): RequestState => ctx.state as RequestState;

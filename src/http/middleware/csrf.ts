import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';

/** What a form is valid for: an interaction, a session, or one decision of a session; or a mailed link. */
export type FormBinding = readonly [
  kind:
    | 'interaction'
    | 'session'
    | 'delegation_request'
    | 'approval'
    | 'approval_batch'
    | 'standing_approval'
    | 'break_glass'
    | 'mail_link',
  ...ids: string[],
];

export interface Csrf {
  /** Value of the form field `csrf`: a keyed digest of the binding. */
  token(binding: FormBinding): string;

  /** Whether a value of that field was made for this binding; compared in constant time. */
  isToken(given: string | undefined, binding: FormBinding): boolean;
}

/** Binds forms to the browser session or interaction whose page showed them (RFC 9700 §4.7, WB-02). */
export const csrf = ({ masterKey }: { readonly masterKey: MasterKey }): Csrf => {
  const token = (binding: FormBinding): string => masterKey.digest('csrf', ...binding);
  return {
    token,

    isToken(given: string | undefined, binding: FormBinding): boolean {
      const actual = Buffer.from(given ?? '');
      return masterKey
        .digests('csrf', ...binding)
        .map((digest) => Buffer.from(digest))
        .some((expected) => actual.length === expected.length && timingSafeEqual(actual, expected));
    },
  };
};

/**
 * Whether the headers say that a page of ours sent this request; `issuer` gives the only origin. Our pages are `no-referrer`,
 * and browsers send `Origin: null` with a form from such a page (Fetch §3.2), so `null` means nothing: then `Sec-Fetch-Site`
 * and the token decide.
 */
export const isFromOurPages = ({ headers }: IncomingMessage, issuer: string): boolean => {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return headers.origin === undefined || headers.origin === 'null' || headers.origin === new URL(issuer).origin;
};

/**
 * The same for a request without a token: the browser itself has to say that it was a page of ours. A neighbour under the same
 * domain can send `Origin: null` from a browser without `Sec-Fetch-Site`, and the cookie of the session is sent with it.
 */
export const isSurelyFromOurPages = (request: IncomingMessage, issuer: string): boolean =>
  isFromOurPages(request, issuer) &&
  (request.headers['sec-fetch-site'] === 'same-origin' || request.headers.origin === new URL(issuer).origin);

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';

/** What a form is bound to: an interaction, a session, one decision of a session, or a mailed link. */
export type FormBinding = readonly [
  kind:
    | 'interaction'
    | 'session'
    | 'delegation_request'
    | 'step_up'
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

  /** Whether a value of that field was issued for this binding. Compares in constant time. */
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
 * Whether the headers permit that a page of ours sent this request; `issuer` gives the only origin. Our pages are
 * `no-referrer`, so browsers send `Origin: null` with a form from them (Fetch §3.2). `null` therefore proves nothing: then
 * `Sec-Fetch-Site` and the token decide.
 */
export const isFromOurPages = ({ headers }: IncomingMessage, issuer: string): boolean => {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return headers.origin === undefined || headers.origin === 'null' || headers.origin === new URL(issuer).origin;
};

/**
 * The same for a request without a token: the browser itself must say that a page of ours sent it. A neighbour under the same
 * domain can send `Origin: null` from a browser without `Sec-Fetch-Site`, together with the session cookie.
 */
export const isSurelyFromOurPages = (request: IncomingMessage, issuer: string): boolean =>
  isFromOurPages(request, issuer) &&
  (request.headers['sec-fetch-site'] === 'same-origin' || request.headers.origin === new URL(issuer).origin);

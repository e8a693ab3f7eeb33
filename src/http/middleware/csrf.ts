import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { MasterKey } from '../../domain/secrets/master-key.ts';

/** What a form is good for: an interaction or a session, and whoever is signed in there. */
export type FormBinding = readonly [kind: 'interaction' | 'session' | 'delegation_request', ...ids: string[]];

/** Ties forms to the browser session or interaction whose page showed them (RFC 9700 §4.7, WB-02). `issuer` gives the only origin. */
export const csrf = ({ masterKey, issuer }: { readonly masterKey: MasterKey; readonly issuer: string }) => {
  const { origin } = new URL(issuer);
  const token = (binding: FormBinding): string => masterKey.digest('csrf', ...binding);
  return {
    /** Value of the form field `csrf`. */
    token,

    /** Whether a value of that field was made for this binding; compared in constant time. */
    isToken(given: string | undefined, binding: FormBinding): boolean {
      const expected = Buffer.from(token(binding));
      const actual = Buffer.from(given ?? '');
      return actual.length === expected.length && timingSafeEqual(actual, expected);
    },

    /**
     * Whether the headers say that a page of ours sent this request. Our pages are `no-referrer`, and
     * browsers send `Origin: null` with a form from such a page (Fetch §3.2), so `null` says nothing:
     * then `Sec-Fetch-Site` and the token decide.
     */
    isOurs({ headers }: IncomingMessage): boolean {
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin') return false;
      return headers.origin === undefined || headers.origin === 'null' || headers.origin === origin;
    },
  };
};

export type Csrf = ReturnType<typeof csrf>;

/**
 * What this version has to show: the ids that titles of tests begin with, each in a few words of what is tried.
 * Ids of other families stand in titles as well; conformance.md lists them without such words.
 */
export type Family = { readonly name: string; readonly ids: Readonly<Record<string, string>> };

export const FAMILIES: Readonly<Record<string, Family>> = {
  CA: {
    name: 'Client authentication',
    ids: {
      'CA-01': 'algorithms of an assertion: the registered one only',
      'CA-02': 'audience of an assertion: the issuer alone',
      'CA-03': 'type of an assertion',
      'CA-04': 'an assertion works once, also 64 at a time',
      'CA-05': 'life, times and id of an assertion',
      'CA-06': 'replay keys of different things never meet',
      'CA-07': 'several client ids in one request',
      'CA-08': 'several mechanisms, or not the registered one',
      'CA-09': 'secrets are kept as digests and compared in constant time',
    },
  },
  AZ: {
    name: 'Authorization endpoint, PKCE, PAR',
    ids: {
      'AZ-01': 'redirect URIs are compared exactly',
      'AZ-02': 'the code is bound to its redirect URI',
      'AZ-03': 'loopback redirects',
      'AZ-04': 'schemes of native apps',
      'AZ-05': 'PKCE: challenge and verifier',
      'AZ-06': 'the issuer in every response',
      'AZ-07': 'codes of other sessions',
      'AZ-08': 'pushed requests: once, by their client, in time',
      'AZ-09': 'parameters twice, beside a pushed request, or by reference',
      'AZ-10': 'response types and modes',
      'AZ-11': 'redirects after a form are never repeated as POST',
      'AZ-14': 'no handle in a log, cache or referrer',
      'AZ-15': 'discovery says the same whatever the request says',
    },
  },
  OT: {
    name: 'One-time things and races',
    ids: {
      'OT-01': 'a code: one winner; a replay ends the family',
      'OT-02': 'a refresh token: one child; a replay ends the family',
      'OT-03': 'guessing near it, or another client, ends nothing',
      'OT-04': 'sender-constrained refresh tokens do not rotate; a stop in between loses nothing silently',
      'OT-05': 'no grace window in which the old one works',
      'OT-06': 'bound to its client',
      'OT-07': 'used stays used after a restart',
      'OT-08': 'a handle of one kind is none of another',
      'OT-09': 'truncated, extended, padded or changed in case',
      'OT-10': 'device codes and the other one-time things',
      'OT-11': 'a failing request does not use it up',
      'OT-12': 'the last second of its life',
    },
  },
  TX: {
    name: 'Token exchange and chains of actors',
    ids: {
      'TX-01': 'a subject token of an unrelated client',
      'TX-02': 'authority only shrinks, on every axis',
      'TX-03': 'a child never outlives its parent',
      'TX-04': 'missing, broken or repeated parameters; no fall-back to another grant',
      'TX-05': 'forged actors',
      'TX-06': 'actor tokens',
      'TX-07': 'nobody becomes somebody with more rights',
      'TX-08': 'depth and size of chains',
      'TX-09': 'only the outermost actor decides',
      'TX-10': 'other kinds of tokens as subject token',
      'TX-11': 'targets and token types',
      'TX-12': 'something above it ended',
      'TX-13': 'sender constraint: never loosened',
      'TX-14': 'only authenticated agents exchange',
      'TX-15': 'one check on every path',
      'TX-16': 'many children of one parent, ended at once',
      'TX-17': 'the audit trail alone tells who acted for whom',
    },
  },
  DP: {
    name: 'DPoP',
    ids: {
      'DP-01': 'a proof works once',
      'DP-02': 'method, target, type, algorithm and key of a proof',
      'DP-04': 'a bound token is never a Bearer token',
      'DP-05': 'clients that must be bound get nothing else, by any grant',
    },
  },
  AP: {
    name: 'Consent',
    ids: {
      'AP-10': 'the page shows effective rights',
      'AP-11': 'an answer counts for exactly its question',
      'AP-12': 'bound to the browser that was shown it',
      'AP-13': 'no step can be skipped',
    },
  },
  WB: {
    name: 'Pages in a browser',
    ids: {
      'WB-01': 'content security policy of every page',
      'WB-02': 'forged requests',
      'WB-03': 'sessions change their id at sign-in',
      'WB-04': 'cookies',
      'WB-05': 'markup in every field others choose',
    },
  },
  LG: {
    name: 'Sign-in',
    ids: {
      'LG-01': 'unknown, wrong and disabled look the same',
      'LG-02': 'guessing is limited and locks nobody out',
      'LG-06': 'passwords: hashing, sizes, a bounded queue',
    },
  },
  LC: {
    name: 'Ending things',
    ids: {
      'LC-01': 'an agent that is suspended',
      'LC-02': 'kills of every scope',
      'LC-03': 'clients revoke their own tokens only',
      'LC-04': 'a revocation that could not be written is none',
      'LC-05': 'every combination of what can be over',
      'LC-07': 'an agent that is gone',
      'LC-08': 'a client that loses a grant type or a redirect URI',
      'LC-10': 'a child that races with the end of its parent',
      'LC-11': 'a kill while the store takes no writes',
      'LC-12': 'lifting a kill',
    },
  },
  KY: { name: 'Keys', ids: { 'KY-01': 'rotation of signing keys', 'KY-04': 'key ids are never used twice' } },
  IN: {
    name: 'Input',
    ids: {
      'IN-01': 'no input makes a 5xx',
      'IN-02': 'operators of query languages',
      'IN-03': 'prototype pollution',
      'IN-04': 'regular expressions with long inputs',
      'IN-05': 'line ends, control and direction-changing characters',
      'IN-06': 'bodies: size, depth, number, speed',
      'IN-07': 'oversized and nested JWTs',
      'IN-08': 'slow senders',
      'IN-09': 'headers, cookies, query strings without end',
      'IN-10': 'errors say nothing of the inside',
      'IN-11': 'other methods and spellings of a path',
    },
  },
  V: {
    name: 'Findings in the engine',
    ids: Object.fromEntries(
      // What concerns features that do not exist here has no test: V14 to V17 (fetching), V18 (CIBA).
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 19, 20, 21, 22].map((number) => [`V${number}`, '']),
    ),
  },
};

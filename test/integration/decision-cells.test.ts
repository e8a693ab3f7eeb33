/**
 * SC-10 over HTTP: each cell of routes and layers that counts withholds what it has something against and is named for it, and
 * with that one layer left out it is given. In both cases no other layer counts on any route, so it is this one that does it.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/domain/authority/decision/facts.ts';
import { DECISION_LAYERS, type DecisionLayer } from '../../src/domain/authority/decision/layers.ts';
import { ROUTE_LAYERS, ROUTES } from '../../src/domain/authority/decision/routes.ts';
import { type DecisionCells, decisionCells } from '../support/decision-cells.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';

let authority: LocalAuthority;
let cells: DecisionCells;

beforeAll(async () => {
  authority = await localAuthority();
  cells = await decisionCells(authority);
}, 240_000);
afterAll(async () => {
  await cells?.close();
  await authority?.remove();
});

type Cell = `${Route} ${DecisionLayer}`;

/** Those that no request can tell apart, and why; test/unit/decision/layers.test.ts breaks them at the decision itself. */
const SAME_OVER_HTTP: Readonly<Partial<Record<Cell, string>>> = {
  'authorization_request subject':
    'who asks is not known before she signed in; the token request decides again, and knows',
  'token_exchange delegation': 'the token is besides made of the row, and holds no more than the row does',
  'id_jag environment': 'what a peer guards is not registered here, and names no environments',
  'txn_token client': 'the caller is an agent, and there are agents only in the chain of a token that it holds',
  'txn_token delegation': 'a token of a row that holds less than the token is not live',
  'introspection delegation': 'a token of a row that holds less than the token is not live',
  'ciba approval': 'people said yes to this very action',
  ...(Object.fromEntries(
    ROUTES.map((route) => [
      `${route} participants`,
      'it takes a transaction of several people, which has tests of its own',
    ]),
  ) as Partial<Record<Cell, string>>),
};

/** These write no event that could name a layer: the one shows a page without the scope, the other answers an API. */
const UNRECORDED: readonly Route[] = ['authorization_request', 'introspection'];

const counting = ROUTES.flatMap((route) =>
  DECISION_LAYERS.filter((layer) => {
    const found = ROUTE_LAYERS[route][layer];
    return found === 'counts' || 'if' in found;
  }).map((layer) => [route, layer] as const),
);
const isSame = ([route, layer]: readonly [Route, DecisionLayer]): boolean => `${route} ${layer}` in SAME_OVER_HTTP;

describe('SC-10 over HTTP', () => {
  test.each(counting.filter((cell) => !isSame(cell)))(
    'SC-10 %s: %s withholds what it has something against, and turned off it does not',
    async (route, layer) => {
      const { with: left, without, named } = await cells.probe(route, layer);
      expect({ left, named }).toEqual({
        left: layer === 'environment' ? [] : expect.not.arrayContaining(['write']),
        named: UNRECORDED.includes(route) ? [] : [layer],
      });
      expect(without).toContain('write');
    },
    60_000,
  );

  test.each(counting.filter(isSame))(
    'SC-10 %s: %s makes no difference over HTTP, for the given reason',
    async (route, layer) => {
      const { with: left, without } = await cells.probe(route, layer);
      expect(left).toEqual(without);
    },
    60_000,
  );
});

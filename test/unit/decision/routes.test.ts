/** Under which facts a layer narrows a decision: those that its statement names. */
import { expect, test } from '@jest/globals';
import { DECISION_LAYERS, type DecisionLayer } from '../../../src/domain/authority/decision/layers.ts';
import { counts, ROUTE_LAYERS, ROUTES } from '../../../src/domain/authority/decision/routes.ts';

const [CLIENT, AGENT] = [{ caller: { kind: 'client' } }, { caller: { kind: 'agent' } }];
const FACTS: Readonly<Record<string, object>> = {
  nothing: CLIENT,
  agent: AGENT,
  subject: { ...CLIENT, subject: {} },
  grant: { ...CLIENT, grant: [] },
  subjectToken: { ...CLIENT, subjectToken: [] },
  delegation: { ...CLIENT, delegation: [] },
  participants: { ...CLIENT, participants: [] },
};

/** By the reason of the statement: the facts that are enough, each alone. */
const ENOUGH: Readonly<Record<string, readonly string[]>> = {
  caller_is_agent: ['agent'],
  token_for_person: ['subject'],
  token_of_delegation: ['delegation'],
  person_used_client: ['grant'],
  exchange_with_client_grant: ['grant'],
  several_participants: ['participants'],
  token_for_same_resource: ['subjectToken'],
  token_exchanged_for_same_resource: ['subjectToken'],
  exchange_for_same_resource: ['subjectToken'],
  assertion_names_scope: ['subjectToken'],
  asked_about_token: ['subjectToken'],
  delegation_or_agent_named: ['delegation', 'subject'],
  external_point_named: Object.keys(FACTS),
};

const expected = (layer: DecisionLayer, route: (typeof ROUTES)[number]): readonly string[] => {
  const cell = ROUTE_LAYERS[route][layer];
  if (cell === 'counts') return Object.keys(FACTS);
  return 'if' in cell ? (ENOUGH[cell.when.reason] ?? ['a statement that this test does not know']) : [];
};

test.each(ROUTES)('on the route %s each layer narrows where its statement says so, and nowhere else', (route) => {
  for (const layer of DECISION_LAYERS) {
    const found = Object.entries(FACTS).filter(([, facts]) => counts(layer, { ...facts, route } as never));
    expect([layer, found.map(([name]) => name).sort()]).toEqual([layer, [...expected(layer, route)].sort()]);
  }
});

test('an evaluation about a token for a person needs no delegation', () => {
  const about = { ...CLIENT, route: 'access_evaluation', subject: {}, subjectToken: [] };
  expect(counts('delegation', about as never)).toBe(false);
  expect(counts('delegation', { ...about, delegation: [] } as never)).toBe(true);
});

import { describe, expect, test } from '@jest/globals';
import type { AgentParty, Route } from '../../../src/domain/authority/decision/facts.ts';
import {
  DECISION_LAYERS,
  type DecisionLayer,
  denialOf,
  isAfterPolicies,
  LAYERS,
  LAYERS_OF_FACTS,
  RESOURCE_SERVER,
} from '../../../src/domain/authority/decision/layers.ts';
import { blockingLayer } from '../../../src/domain/authority/decision/remedies.ts';
import { ROUTE_LAYERS, ROUTES } from '../../../src/domain/authority/decision/routes.ts';
import type { Statement } from '../../../src/domain/vocabulary/statements.ts';
import { statementPhrase } from '../../../src/http/refusal-phrase.ts';
import { html } from '../../../views/html.ts';
import { API, account, agent, client, generous } from './world.ts';

/** What a simulation can be asked about (simulation.ts). */
const SIMULATED: readonly Route[] = ['client_credentials', 'authorization_code', 'token_exchange', 'consent'];

const inGerman = (statement: Statement): string => html`${statementPhrase(statement)}`.in({ language: 'de' });

describe('the table of layers', () => {
  test('evaluates the facts first, then policies, then other services and the other participants', () => {
    expect(DECISION_LAYERS.map((layer) => LAYERS[layer].by)).toEqual([
      ...LAYERS_OF_FACTS.map(() => 'facts'),
      'policies',
      'elsewhere',
      'participants',
    ]);
    expect(DECISION_LAYERS.filter(isAfterPolicies)).toEqual(['external', 'participants']);
  });

  test('gives each layer a distance of its own, and the resource server the largest', () => {
    const distances = [...DECISION_LAYERS.map((layer) => LAYERS[layer].distance), RESOURCE_SERVER.distance];
    expect(new Set(distances).size).toBe(distances.length);
    expect(Math.max(...distances)).toBe(RESOURCE_SERVER.distance);
  });

  test('a denial names the layer that is easiest to lift', () => {
    const removed = [{ layer: 'environment' }, { layer: 'policy' }, { layer: 'agent' }] as const;
    expect(blockingLayer({ removed })).toBe('policy');
    expect(blockingLayer({ removed: [...removed, { layer: 'delegation' }] })).toBe('delegation');
    expect(blockingLayer({ removed: [] })).toBe('resource_server');
    expect(denialOf('budget')).toBeUndefined();
  });

  const narrowed: AgentParty = {
    ...agent,
    restrictions: [
      {
        ...{ act: 'narrow', response: 'rsp_1', at: 0, until: Number.POSITIVE_INFINITY, owner: 'acc_owner' },
        ...{ resources: [], people: [] },
      },
    ],
  };

  test.each(LAYERS_OF_FACTS.map((layer) => [layer.name, layer] as const))(
    '%s: its limits bear its name',
    (name, { limits }) => {
      const facts = ROUTES.map((route) => ({ ...generous(route), isOwnApi: false }));
      const all = facts.flatMap((each) => limits({ ...each, through: [client, narrowed] }));
      expect(all.length).toBeGreaterThan(0);
      expect([...new Set(all.map(({ layer }) => layer))]).toEqual([name]);
    },
  );
});

describe('pages in German', () => {
  const reasonOf = (route: Route, layer: DecisionLayer): Statement | undefined => {
    const declared = LAYERS[layer];
    if (declared.by === 'elsewhere') return declared.whyNotSimulated;
    const cell = ROUTE_LAYERS[route][layer];
    if (cell === 'counts') return undefined;
    return 'if' in cell ? cell.when : cell.not;
  };
  const reasons = SIMULATED.flatMap((route) =>
    DECISION_LAYERS.flatMap((layer) => {
      const why = reasonOf(route, layer);
      return why === undefined ? [] : [[route, layer, why] as const];
    }),
  );

  test.each(reasons)('%s: say why %s does not apply', (_route, _layer, why) => {
    expect(inGerman(why)).not.toContain('lang="en"');
  });

  const steps = DECISION_LAYERS.flatMap((layer) => {
    const declared = LAYERS[layer];
    return declared.by === 'policies' ? [] : [[layer, declared] as const];
  });

  test.each(steps)('say what would have to change at %s', (_layer, declared) => {
    const { server } = generous('token_exchange');
    for (const caller of [agent, { ...agent, blueprint: 'bpt_1' }, client, { ...client, isDocument: true }]) {
      for (const subject of [account, { ...account, state: 'disabled' as const }]) {
        const step = declared.step({ scope: 'send', resource: API }, { caller, server, subject });
        expect(inGerman(step)).not.toContain('lang="en"');
      }
    }
  });
});

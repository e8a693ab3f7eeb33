import { describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../../src/domain/authority/decision/facts.ts';
import {
  DECISION_LAYERS,
  denialOf,
  isDecidedElsewhere,
  LAYERS,
  LAYERS_OF_FACTS,
  RESOURCE_SERVER,
} from '../../../src/domain/authority/decision/layers.ts';
import { blockingLayer } from '../../../src/domain/authority/decision/remedies.ts';
import { agent, client, generous } from './world.ts';

describe('the table of layers', () => {
  test('evaluates the facts first, then policies, then other services', () => {
    expect(DECISION_LAYERS.map((layer) => LAYERS[layer].by)).toEqual([
      ...LAYERS_OF_FACTS.map(() => 'facts'),
      'policies',
      'elsewhere',
    ]);
    expect(DECISION_LAYERS.filter(isDecidedElsewhere)).toEqual(['external']);
  });

  test('gives each layer a distance of its own, and the resource server the largest', () => {
    const distances = [...DECISION_LAYERS.map((layer) => LAYERS[layer].distance), RESOURCE_SERVER.distance];
    expect([...distances].sort((one, other) => one - other)).toEqual(distances.map((_, index) => index + 1));
    expect(Math.max(...distances)).toBe(RESOURCE_SERVER.distance);
  });

  test('a denial names the layer that is easiest to lift', () => {
    const removed = [{ layer: 'environment' }, { layer: 'policy' }, { layer: 'agent' }] as const;
    expect(blockingLayer({ removed })).toBe('policy');
    expect(blockingLayer({ removed: [...removed, { layer: 'delegation' }] })).toBe('delegation');
    expect(blockingLayer({ removed: [] })).toBe('resource_server');
    expect(denialOf('budget')).toBeUndefined();
  });

  test.each(LAYERS_OF_FACTS.map((layer) => [layer.name, layer] as const))(
    '%s: its limits bear its name',
    (name, { limits }) => {
      const facts = ROUTES.map((route) => ({ ...generous(route), isOwnApi: false }));
      const all = facts.flatMap((each) => limits({ ...each, through: [client, agent] }));
      expect(all.length).toBeGreaterThan(0);
      expect([...new Set(all.map(({ layer }) => layer))]).toEqual([name]);
    },
  );
});

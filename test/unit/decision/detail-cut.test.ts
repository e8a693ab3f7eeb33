/** How each layer cuts authorization details, alone. */
import { describe, expect, test } from '@jest/globals';
import { cutDetails, type Part } from '../../../src/domain/authority/decision/detail-cut.ts';
import type { DecisionFacts, DetailFacts } from '../../../src/domain/authority/decision/facts.ts';
import type { Limit } from '../../../src/domain/vocabulary/scope-sets.ts';
import { agent, generous } from './world.ts';

const FILES = {
  type: 'files',
  description: 'Files',
  risk: 'medium' as const,
  schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  display: 'Files in {path}',
  members: { path: { rule: 'prefix' as const } },
};
const ALL = { type: 'files', path: '/' };
const REPORTS = { type: 'files', path: '/reports/' };
const PLANS = { type: 'files', path: '/plans/' };

const must: Part = () => 'must';
const may: Part = () => 'may';

const cut = (
  details: DetailFacts | undefined,
  part: Part = may,
  limits: readonly Limit[] = [],
  more: Partial<DecisionFacts> = {},
) => {
  const { server, ...facts } = generous(more.route ?? 'token_exchange');
  return cutDetails(
    { ...facts, server: { ...server, detailTypes: [FILES] }, ...(details ? { details } : {}), ...more },
    limits,
    part,
  );
};

const NONE = { details: [], removed: [] };

describe('what a layer holds', () => {
  test('cuts what is asked for, and the removal names the layer', () => {
    expect(cut({ asked: [REPORTS, PLANS], grant: [REPORTS], delegation: [[ALL]] })).toEqual({
      details: [REPORTS],
      removed: [{ detail: PLANS, layer: 'grant' }],
    });
  });

  test('cuts nothing where the layer takes no part', () => {
    const withoutGrant: Part = (layer) => (layer === 'grant' ? 'no' : 'may');
    expect(cut({ asked: [REPORTS], grant: [PLANS], delegation: [[ALL]] }, withoutGrant)).toEqual({
      details: [REPORTS],
      removed: [],
    });
  });

  test('is nothing where the layer must take part and the request does not have its details', () => {
    expect(cut({ asked: [REPORTS], delegation: [[ALL]] })).toEqual({ details: [REPORTS], removed: [] });
    const mustGrant: Part = (layer) => (layer === 'grant' ? 'must' : 'may');
    expect(cut({ asked: [REPORTS], delegation: [[ALL]] }, mustGrant)).toEqual({
      details: [],
      removed: [{ detail: REPORTS, layer: 'grant' }],
    });
  });

  test('each list of a layer with several holders cuts', () => {
    expect(cut({ asked: [REPORTS], delegation: [[ALL], [PLANS]] })).toEqual({
      details: [],
      removed: [{ detail: REPORTS, layer: 'delegation' }],
    });
  });

  test('is given where the request names no details, as far as all layers hold it', () => {
    expect(cut({ grant: [ALL], delegation: [[REPORTS]] })).toEqual({ details: [REPORTS], removed: [] });
    expect(cut({ grant: [PLANS], delegation: [[REPORTS]] })).toEqual(NONE);
  });

  test('is nothing for a request without details, and for one without holders', () => {
    expect(cut(undefined, must)).toEqual(NONE);
    expect(cut({})).toEqual(NONE);
  });
});

describe('a detail is removed', () => {
  const given = { asked: [REPORTS], delegation: [[ALL]] };

  test('when the resource server no longer has its type, or when the schema no longer accepts it', () => {
    expect(cut(given, may, [], { server: generous('token_exchange').server })).toEqual({
      details: [],
      removed: [{ detail: REPORTS, layer: 'delegation' }],
    });
    const pathless = { type: 'files' };
    expect(cut({ asked: [pathless] })).toEqual({
      details: [],
      removed: [{ detail: pathless, layer: 'resource_server' }],
    });
    expect(cut({ asked: [{ type: 'mails' }] })).toEqual({
      details: [],
      removed: [{ detail: { type: 'mails' }, layer: 'resource_server' }],
    });
  });

  test('by the ceilings of a blueprint, unless that layer takes no part', () => {
    const caller = { ...agent, ceilings: { detailTypes: ['mails'] } };
    expect(cut(given, may, [], { caller })).toEqual({
      details: [],
      removed: [{ detail: REPORTS, layer: 'blueprint' }],
    });
    const withoutBlueprint: Part = (layer) => (layer === 'blueprint' ? 'no' : 'may');
    expect(cut(given, withoutBlueprint, [], { caller }).details).toEqual([REPORTS]);
    expect(cut(given, may, [], { caller: { ...agent, ceilings: { detailTypes: ['files'] } } }).details).toEqual([
      REPORTS,
    ]);
  });

  test.each<[string, Limit, boolean]>([
    ['leaves no scope', { layer: 'agent', holds: [] }, true],
    ['leaves a scope', { layer: 'agent', holds: ['read'] }, false],
    ['sets no limit', { layer: 'agent', holds: undefined }, false],
    ['leaves everything', { layer: 'agent', holds: ['*'] }, false],
    ['leaves no scope, and holds details of its own', { layer: 'delegation', holds: [] }, false],
  ])('where the agent acts for a person, by a layer that %s: %#', (_, limit, isRemoved) => {
    expect(cut(given, may, [limit])).toEqual(
      isRemoved
        ? { details: [], removed: [{ detail: REPORTS, layer: limit.layer }] }
        : { details: [REPORTS], removed: [] },
    );
  });

  test.each<[string, Limit, boolean]>([
    ['own rights that name a scope', { layer: 'agent', holds: ['read'] }, true],
    ['own rights to everything', { layer: 'agent', holds: ['*'] }, false],
    ['a limit that is no own right', { layer: 'environment', holds: ['read'] }, false],
  ])('where the agent acts for itself, by %s: %#', (_, limit, isRemoved) => {
    const { removed } = cut({ asked: [REPORTS] }, may, [limit], { route: 'client_credentials' });
    expect(removed).toEqual(isRemoved ? [{ detail: REPORTS, layer: limit.layer }] : []);
  });
});

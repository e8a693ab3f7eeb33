/** What searches find, page by page (AuthZEN §8). Over HTTP: test/integration/authzen.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { accessSearch } from '../../../src/domain/approvals/authzen/access-search.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { MAIL, PAY, resourceServer } from '../token-exchange/fakes.ts';

const SERVER = resourceServer('rs_mail', MAIL, ['read', 'send', 'delete']);
const NEXT = { key: 'next' } as never;
const BY = { request: 'req_1', source: '192.0.2.1' };
const row = (subject: string, over: object = {}) => ({ subject, resource: MAIL, parent: null, ...over });

const scene = ({
  permitted = ['read', 'send'] as readonly string[] | null,
  refused = [] as readonly string[],
} = {}) => {
  const audit = recordingAudit();
  const asked: object[] = [];
  const pageOf = (kind: string, items: readonly object[]) => ({
    list: async (query: object) => {
      asked.push({ kind, ...query });
      return { items, next: NEXT };
    },
  });
  const decisions = {
    isPermitted: async (_: unknown, question: { readonly subject: { readonly id: string } }) => {
      asked.push(question);
      return !refused.includes(question.subject.id);
    },
    permitted: async (_: unknown, who: object) => {
      asked.push(who);
      return permitted ?? undefined;
    },
  };
  const lists = {
    agents: pageOf('agents', [{ document: { id: 'agt_a' } }, { document: { id: 'agt_b' } }]),
    clients: pageOf('clients', [{ document: { id: 'app' } }]),
    delegations: pageOf('delegations', [
      ...[row('acc_anna'), row('acc_anna'), row('acc_ben')],
      ...[row('acc_carl', { resource: PAY }), row('acc_dora', { parent: 'dlg_1' })],
    ]),
  };
  const search = accessSearch({ audit, decisions, lists } as unknown as Parameters<typeof accessSearch>[0]);
  const found = (searched: 'subject' | 'resource' | 'action', over: object, after?: object) =>
    search(searched, SERVER, { context: {}, limit: 5, ...over } as never, after as never, BY);
  return { found, asked, audit };
};

describe('which subjects', () => {
  const read = { action: 'read', resource: { type: 'resource_server', id: MAIL } };

  test('of a kind that is listed: those that are permitted, each asked by itself', async () => {
    const { found, asked, audit } = scene({ refused: ['agt_b'] });
    const here = { type: 'resource_server', id: MAIL };
    expect(await found('subject', { ...read, subject: { type: 'agent' } })).toEqual({
      results: [{ type: 'agent', id: 'agt_a' }],
      next: NEXT,
    });
    expect(asked).toEqual([
      { kind: 'agents', limit: 5 },
      ...['agt_a', 'agt_b'].map((id) => ({
        subject: { type: 'agent', id },
        action: 'read',
        resource: here,
        context: {},
      })),
    ]);
    expect(audit.events).toEqual([
      {
        ...{ type: 'decision.searched', outcome: 'done', request: 'req_1', caller: 'rs_mail', resource: MAIL },
        ...{ inputs: { searched: 'subject', examined: 2, found: 1 }, personal: { source: '192.0.2.1' } },
      },
    ]);
    expect((await found('subject', { ...read, subject: { type: 'client' } }, NEXT)).results).toEqual([
      { type: 'client', id: 'app' },
    ]);
    expect(asked).toContainEqual({ kind: 'clients', limit: 5, after: NEXT });
  });

  test('of people: those for whom the named agent acts here, each once; without an agent none', async () => {
    const { found, asked } = scene();
    const people = { ...read, subject: { type: 'account' } };
    const { results, next } = await found('subject', { ...people, context: { agent: 'agt_a' } });
    expect([results.map((one) => 'id' in one && one.id), next]).toEqual([['acc_anna', 'acc_ben'], NEXT]);
    expect(asked[0]).toEqual({ kind: 'delegations', actor: 'agt_a', limit: 5 });
    const before = asked.length;
    expect(await found('subject', people)).toEqual({ results: [] });
    expect(await found('subject', { ...read, subject: { type: 'other' }, context: { agent: 'agt_a' } })).toEqual({
      results: [],
    });
    expect(asked).toHaveLength(before);
  });

  test('an audit log that cannot be written finds nothing', async () => {
    const { found, audit } = scene();
    audit.state.failing = true;
    await expect(found('subject', { ...read, subject: { type: 'agent' } })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('which resources', () => {
  const who = { subject: { type: 'agent', id: 'agt_a' } };

  test.each<[string, string, string, readonly string[]]>([
    ['every scope that may be used', 'scope', 'use', ['read', 'send']],
    ['one scope by its name', 'scope', 'send', ['send']],
    ['no scope that is not permitted', 'scope', 'delete', []],
    ['the server, for a permitted action', 'resource_server', 'read', [MAIL]],
    ['nothing, for another action', 'resource_server', 'delete', []],
    ['nothing of another kind', 'other', 'read', []],
  ])('%s', async (_, type, action, ids) => {
    const { found, asked, audit } = scene();
    expect(await found('resource', { ...who, action, resource: { type } })).toEqual({
      results: ids.map((id) => ({ type, id })),
    });
    expect(asked).toEqual([{ type: 'agent', id: 'agt_a' }]);
    expect(audit.events[0]?.inputs).toMatchObject({ searched: 'resource', examined: type === 'scope' ? 3 : 1 });
  });

  test('none where nothing is permitted', async () => {
    const { found } = scene({ permitted: null });
    expect((await found('resource', { ...who, action: 'use', resource: { type: 'scope' } })).results).toEqual([]);
  });
});

describe('which actions', () => {
  const who = { subject: { type: 'agent', id: 'agt_a' } };

  test.each<[string, object, readonly string[]]>([
    ['at the server: its permitted scopes', { type: 'resource_server', id: MAIL }, ['read', 'send']],
    ['with a permitted scope: its use', { type: 'scope', id: 'send' }, ['use', 'send']],
    ['with another scope: none', { type: 'scope', id: 'delete' }, []],
    ['with something of another kind that is named like a scope: none', { type: 'other', id: 'send' }, []],
    ['with a detail: its use', { type: 'detail', id: 'payment' }, ['use']],
  ])('%s', async (_, resource, names) => {
    const { found } = scene();
    expect(await found('action', { ...who, resource })).toEqual({ results: names.map((name) => ({ name })) });
  });

  test('none with a detail that is not permitted, and none where nothing is', async () => {
    const refused = scene({ refused: ['agt_a'] });
    expect((await refused.found('action', { ...who, resource: { type: 'detail', id: 'payment' } })).results).toEqual(
      [],
    );
    const none = scene({ permitted: null });
    expect((await none.found('action', { ...who, resource: { type: 'scope', id: 'read' } })).results).toEqual([]);
  });
});

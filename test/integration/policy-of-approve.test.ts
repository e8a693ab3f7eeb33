/** Policies asked when a person says yes to an action: `approve`, after everything that stands in the request itself. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { type ApprovalScene, approvalScene, PAYMENTS, type Wish } from '../support/approval-scene.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const REASON = 'Not by you.';

let server: RunningServer;
let scene: ApprovalScene;

beforeAll(async () => {
  server = await runServer();
  scene = await approvalScene(server);
}, 120_000);
afterAll(() => server?.close());

/** Works under a rule beside the starter set, or in place of all it says of `approve`; then the starter set counts again. */
const under = async (rule: string, work: () => Promise<void>, isAlone = false): Promise<void> => {
  const { policies } = server.behalf.services;
  const { starter } = policies;
  const base = isAlone ? starter.replace(/@id\("people-approve"\)[^;]*;/, '') : starter;
  const by = { caller: 'system' };
  const { document } = await policies.create({ text: `${base}\n${rule}` }, by);
  await policies.activate(document.id, {}, by);
  try {
    await work();
  } finally {
    const again = await policies.create({ text: starter }, by);
    await policies.activate(again.document.id, {}, by);
  }
};
const forbidding = (when: string, more = ''): string =>
  `@id("tested")\n@reason("${REASON}")\n${more}\nforbid (principal, action == Action::"approve", resource)\nwhen { ${when} };`;

const newest = async (type: AuditEvent['type']): Promise<AuditEvent | undefined> => (await server.events(type)).at(-1);
const stateOf = async (id: string): Promise<string | undefined> => (await scene.service.get(id))?.state;

/** Approves with the service, signed in a moment ago. */
const approve = async (id: string, account: string, as?: string) => {
  const found = await scene.service.get(id);
  const now = server.behalf.services.clock.now();
  return scene.service.approve(id, {
    account,
    seen: String(found?.digest),
    request: 'req_test',
    assurance: { amr: ['pwd'], authTime: now },
    ...(as === undefined ? {} : { as }),
  });
};
const PERSONS = { n: 0 };
const asked = async (wish: Wish = {}) => {
  PERSONS.n += 1;
  const person = await scene.newPerson(`approve-${PERSONS.n}`);
  return { person, approval: await scene.ask(person.id, wish) };
};

describe('SC-10 approve', () => {
  test('on the page: 403 with the reason, an event with the decision, and the request waits as before', async () => {
    const { person, approval } = await asked();
    const browser = await scene.browserOf(person.username);
    await under(forbidding('context.self'), async () => {
      const page = await scene.answer(browser, approval, 'approve');
      expect(page.status).toBe(403);
      expect(page.text).toContain(REASON);
      expect(await stateOf(approval.id)).toBe('pending');
      expect((await scene.service.get(approval.id))?.votes).toEqual([]);
      const event = await newest('approval.not_permitted');
      expect(event).toMatchObject({
        outcome: 'refused',
        caller: person.id,
        subject: person.id,
        agent: scene.agent.clientId,
        resource: scene.jwt.identifier,
        target: { kind: 'approval', id: approval.id },
        personal: { source: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/) },
        error: 'forbidden',
        decision: expect.stringMatching(/^dec_/),
        policy: expect.any(Number),
        denial: { id: expect.stringMatching(/^dny_/), layer: 'policy', reason: 'policy_forbids' },
        inputs: {
          digest: approval.digest,
          policyCase: {
            action: 'approve',
            principal: { type: 'Account', id: person.id },
            context: { route: 'approval', risk: 'low', scopes: ['read'], self: true, deputy: false },
          },
          removed: [{ scope: 'read', layer: 'policy', policies: ['tested'], reasons: [REASON] }],
        },
      });
      // She is told which decision it was.
      expect(page.text).toContain(String(event?.decision));
      expect((await server.events('approval.approved')).some(({ target }) => target?.id === approval.id)).toBe(false);
    });
    // The rule is gone, the request is still there.
    expect((await scene.answer(browser, approval, 'approve')).status).toBe(200);
    expect(await stateOf(approval.id)).toBe('approved');
    expect(await newest('approval.approved')).toMatchObject({
      decision: expect.stringMatching(/^dec_/),
      policy: expect.any(Number),
      inputs: { isEnough: true, policyCase: { action: 'approve' } },
    });
  });

  test('no policy forbids a denial', async () => {
    const { person, approval } = await asked();
    const browser = await scene.browserOf(person.username);
    await under(forbidding('true'), async () => {
      expect((await scene.answer(browser, approval, 'deny')).status).toBe(200);
      expect(await stateOf(approval.id)).toBe('denied');
    });
  });

  test.each([
    ['the risk', 'context.risk == "high"', { risk: 'high' } as Wish],
    ['all scopes', 'context.scopes.contains("write")', { action: { scope: ['read', 'write'] } } as Wish],
    ['each scope', 'resource is Scope && resource.name == "write"', { action: { scope: ['read', 'write'] } } as Wish],
    ['the service', 'resource in resource.server && context.depth == 1', {} as Wish],
    ['the agent', 'context.agent.environment != "nowhere" && context.actors.contains(context.agent)', {} as Wish],
  ])('%s is a fact', async (_, when, wish) => {
    const { person, approval } = await asked(wish);
    const other = await asked();
    await under(forbidding(when), async () => {
      await expect(approve(approval.id, person.id)).rejects.toMatchObject({ code: 'forbidden', message: REASON });
      expect(await stateOf(approval.id)).toBe('pending');
      // What the rule is not about goes on.
      if (when.includes('"high"') || when.includes('"write"')) {
        expect((await approve(other.approval.id, other.person.id)).state).toBe('approved');
      }
    });
    expect((await approve(approval.id, person.id)).state).toBe('approved');
  });

  test('an authorization detail and its amount are facts', async () => {
    const payment = (value: string) => ({
      type: 'payment',
      actions: ['initiate'],
      instructedAmount: { currency: 'EUR', amount: value },
    });
    const wish = (value: string): Wish => ({
      action: { resource: PAYMENTS, scope: [], details: [payment(value)] as never },
    });
    const { person, approval } = await asked(wish('10'));
    await under(forbidding('resource is DetailType && resource.name == "payment"'), async () => {
      await expect(approve(approval.id, person.id)).rejects.toMatchObject({ code: 'forbidden' });
      expect(await newest('approval.not_permitted')).toMatchObject({
        inputs: { removed: [], removedDetails: [{ type: 'payment', policies: ['tested'] }] },
      });
    });
    expect((await approve(approval.id, person.id)).state).toBe('approved');
  });

  test('whether the approver owns the agent, and for whom they approve, are facts', async () => {
    const approval = await scene.ask(scene.accountId);
    await under(forbidding('context.owner && context.self && !context.deputy'), async () => {
      await expect(approve(approval.id, scene.accountId)).rejects.toMatchObject({ code: 'forbidden' });
    });
    const { person, approval: another } = await asked();
    await under(forbidding('context.owner || !context.self'), async () => {
      expect((await approve(another.id, person.id)).state).toBe('approved');
    });
  });

  test('the consent of the subject, besides approvers, is a fact: no subject approves for themselves, and all the same is asked', async () => {
    const [person, other] = await Promise.all(['consenting', 'approving'].map((name) => scene.newPerson(name)));
    if (!person || !other) throw new Error('no person');
    const wish: Wish = {
      approvers: [person.id, other.id],
      requires: { quorum: 2, isProvenAnew: false },
      isConsentBesides: true,
    };
    const besides = await scene.ask(person.id, wish);
    const alone = await scene.ask(person.id, { action: { scope: ['write'] } });
    await under(forbidding('context.self && !context.consent'), async () => {
      expect((await approve(besides.id, person.id)).votes).toMatchObject([{ account: person.id }]);
      expect((await approve(besides.id, other.id)).state).toBe('approved');
      // Where no other person approves, her yes is that of an approver.
      await expect(approve(alone.id, person.id)).rejects.toMatchObject({ code: 'forbidden', message: REASON });
    });
    const cases = (await server.events('approval.approved')).filter(({ target }) => target?.id === besides.id);
    expect(cases).toMatchObject([
      { inputs: { policyCase: { context: { self: true, consent: true } } } },
      { inputs: { policyCase: { context: { self: false, consent: false } } } },
    ]);
  });

  test('a stronger sign-in that a policy wants is asked for', async () => {
    const { person, approval } = await asked();
    const strict = `@id("strong") @acr("urn:behalf:acr:multi-factor")
permit (principal, action == Action::"approve", resource) when { context.depth < 9 };`;
    await under(
      strict,
      async () => {
        await expect(approve(approval.id, person.id)).rejects.toMatchObject({
          code: 'insufficient_user_authentication',
          denial: { reason: 'step_up_required' },
        });
        expect(await newest('approval.not_permitted')).toMatchObject({ error: 'insufficient_user_authentication' });
        expect(await stateOf(approval.id)).toBe('pending');
      },
      true,
    );
  });

  test('a set without a rule for it permits no approver, says so when it is checked, and denying goes on', async () => {
    const { person, approval } = await asked();
    const { policies } = server.behalf.services;
    const without = policies.starter.replace(/@id\("people-approve"\)[^;]*;/, '');
    expect(without).not.toBe(policies.starter);
    await under(
      '',
      async () => {
        await expect(approve(approval.id, person.id)).rejects.toMatchObject({
          code: 'forbidden',
          message: 'The policies of this server do not allow this.',
        });
      },
      true,
    );
    const { findings } = await policies.check(without);
    expect(findings).toEqual([
      { severity: 'warning', action: 'approve', message: expect.stringMatching(/^No policy permits `approve`: /) },
    ]);
  });

  test('a user who is not asked gets not_found as before: no policy is evaluated for them', async () => {
    const { approval } = await asked();
    const stranger = await scene.newPerson('approve-stranger');
    const before = (await server.events('approval.not_permitted')).length;
    await under(forbidding('true'), async () => {
      await expect(approve(approval.id, stranger.id)).rejects.toMatchObject({ code: 'not_found' });
    });
    expect((await server.events('approval.not_permitted')).length).toBe(before);
  });
});

/** Answers to AuthZEN questions: what an approval and a stronger sign-in add, and several questions at once (§7). */
import { describe, expect, test } from '@jest/globals';
import { type AccessDependencies, accessDecisions } from '../../../src/domain/approvals/authzen/access-decisions.ts';
import type { AccessQuestion, Semantic } from '../../../src/domain/approvals/authzen/access-question.ts';
import type { Decision } from '../../../src/domain/authority/decision/decision.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { NOW, server } from '../decision/world.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { account, agent } from '../token-exchange/fakes.ts';

const BY = { request: 'req_1', source: '192.0.2.1' };
const DETAIL = { type: 'payment', amount: 5 };
const TOKEN = {
  ...{ id: 'jti', format: 'jwt', clientId: 'agt_a', subject: 'acc_anna', audience: server.identifier, scope: ['read'] },
  ...{ issuedAt: NOW, expiresAt: NOW + 60 },
};
const decision = (more: Partial<Decision> = {}): Decision =>
  ({
    ...{ id: 'dec_p', route: 'access_evaluation', scope: [], removed: [], details: [], removedDetails: [], limits: [] },
    ...{ maxSeconds: undefined, maxUses: undefined, policyVersion: 3 },
    ...more,
  }) as Decision;
const GIVEN = decision({ scope: ['read'] });
const needing = (needs: Decision['removed'][number]['needs']) =>
  decision({ removed: [{ scope: 'read', layer: 'policy', ...(needs ? { needs } : {}) }] });
const APPROVAL_NEEDED = decision({ removed: [{ scope: 'read', layer: 'approval' }] });
const STEP_UP_NEEDED = needing([{ kind: 'step_up', maxAge: 60 }]);
const REQUESTABLE = {
  evaluation_id: 'dec_p.1.x',
  evaluated_at: 'then',
  access_request: { endpoint: 'e', expires_at: 'then' },
};
const OLD = { acr: 'urn:behalf:1', amr: ['pwd'], authTime: NOW - 900 };
const NEW = { ...OLD, authTime: NOW - 5 };

type Scene = {
  readonly decide?: (facts: { readonly asked?: readonly string[]; readonly assurance?: object }) => Decision;
  readonly token?: object;
  readonly lift?: object;
  readonly isSpent?: boolean;
  readonly isRequestable?: boolean;
  readonly confirmed?: object;
};

const scene = ({
  decide = () => GIVEN,
  token = {},
  lift,
  isSpent = true,
  isRequestable = true,
  confirmed,
}: Scene = {}) => {
  const audit = recordingAudit();
  const calls: { readonly name: string; readonly given: unknown }[] = [];
  const noted = <T>(name: string, given: unknown, answer: T): Promise<T> => {
    calls.push({ name, given });
    return Promise.resolve(answer);
  };
  const found = (document: object) => ({ get: async () => ({ document, version: 1 }) });
  const decisions = accessDecisions({
    accounts: found(account('acc_anna')),
    agents: found(agent('agt_a')),
    clients: found({}),
    clock: { now: () => NOW },
    delegations: { consented: async () => undefined },
    tokens: {
      standing: async () => ({ token: { ...TOKEN, ...token }, facts: { server, caller: agent('agt_a'), now: NOW } }),
    },
    authorize: (facts: never) => noted('authorize', facts, decide(facts)),
    audit,
    identifiers: countedIdentifiers(),
    approvals: {
      lift: (...given: unknown[]) => noted('lift', given.at(-1), lift),
      spend: (_: unknown, approval: unknown, by: object) => noted('spend', { approval, ...by }, isSpent),
      requestable: (...given: unknown[]) => noted('requestable', given.at(-1), isRequestable ? REQUESTABLE : undefined),
    },
    stepUps: {
      confirmed: (_: unknown, party: unknown) => noted('confirmed', party, confirmed),
      page: (_: unknown, party: unknown) => noted('page', party, { url: 'https://id/step-ups/1', expiresIn: 300 }),
    },
  } as unknown as AccessDependencies);
  const named = (name: string) => calls.filter((call) => call.name === name).map(({ given }) => given);
  return { decisions, audit, named };
};

const question = (more: object = {}, context: object = {}): AccessQuestion =>
  ({
    subject: { type: 'agent', id: 'agt_a' },
    action: 'read',
    resource: { type: 'resource_server', id: server.identifier },
    context,
    ...more,
  }) as AccessQuestion;
const byToken = (context: object = {}, more: object = {}) => question(more, { token: 't', ...context });

describe('a question without anything to decide', () => {
  test.each([
    [
      'of another resource server',
      question({ resource: { type: 'resource_server', id: 'rs_other' } }),
      'resource_not_known',
    ],
    ['about a person without an agent', question({ subject: { type: 'account', id: 'acc_anna' } }), 'actor_required'],
  ])('%s is a denial with an event, and no party is asked', async (_, asked, reason) => {
    const { decisions, audit, named } = scene();
    const answer = await decisions.answer(server, asked, BY);
    expect(answer).toEqual({
      decision: false,
      context: { id: expect.stringMatching(/^dec_/), reason, layer: 'request' },
    });
    expect(audit.of('decision.made')).toMatchObject([{ outcome: 'refused', denial: { reason } }]);
    expect(['authorize', 'lift', 'requestable', 'page'].flatMap(named)).toEqual([]);
    expect(await decisions.isPermitted(server, asked)).toBe(false);
  });
});

describe('an evaluation', () => {
  test('that gives the scope is a permit, and nothing is requested for it', async () => {
    const { decisions, audit, named } = scene();
    expect(await decisions.answer(server, question(), BY)).toEqual({
      decision: true,
      context: { id: 'dec_p', policy: 3 },
    });
    expect(audit.of('decision.made')).toMatchObject([{ outcome: 'granted', request: 'req_1' }]);
    expect(named('authorize')).toMatchObject([{ asked: ['read'] }]);
    expect(['lift', 'requestable', 'page', 'confirmed'].flatMap(named)).toEqual([]);
    expect(await decisions.isPermitted(server, question())).toBe(true);
    expect(await decisions.permitted(server, question().subject, {})).toEqual(['read']);
    expect(await decisions.permitted(server, { type: 'robot', id: 'r' }, {})).toBeUndefined();
  });

  test('of a detail asks for that detail alone, and a given one is a permit', async () => {
    const asked = byToken({}, { action: 'use', resource: { type: 'detail', id: 'payment', detail: DETAIL } });
    const given = scene({ decide: () => decision({ details: [DETAIL] }) });
    expect((await given.decisions.answer(server, asked, BY)).decision).toBe(true);
    expect(given.named('authorize')).toMatchObject([{ asked: [], details: { asked: [DETAIL], subjectToken: [] } }]);
    const refused = scene({ decide: () => decision({ removedDetails: [{ detail: DETAIL, layer: 'approval' }] }) });
    expect(await refused.decisions.answer(server, asked, BY)).toMatchObject({
      decision: false,
      context: { reason: 'approval_required', layer: 'approval' },
    });
  });

  test.each<[object, object, boolean]>([
    [DETAIL, { details: [DETAIL] }, true],
    [DETAIL, { details: [{ type: 'other' }, DETAIL] }, true],
    [{ ...DETAIL, amount: 4 }, { details: [DETAIL] }, false],
    [DETAIL, {}, false],
  ])(
    'of %j by a token of an approval with %j permits whole approved details alone: %j',
    async (detail, held, isGiven) => {
      const { decisions } = scene({
        token: { approval: { id: 'apv_1', digest: 'd' }, ...held },
        decide: () => decision({ details: [DETAIL] }),
      });
      const asked = byToken({}, { action: 'use', resource: { type: 'detail', id: 'payment', detail } });
      const answer = await decisions.answer(server, asked, BY);
      expect(answer.decision).toBe(isGiven);
      if (!isGiven) expect(answer.context).toMatchObject({ reason: 'not_approved', layer: 'approval' });
    },
  );

  test('of a scope by a token of an approval depends on the decision alone', async () => {
    const { decisions } = scene({ token: { approval: { id: 'apv_1', digest: 'd' } } });
    expect((await decisions.answer(server, byToken(), BY)).decision).toBe(true);
  });
});

describe('a denial that a stronger sign-in lifts', () => {
  const decide: Scene['decide'] = ({ assurance }) => (assurance === NEW ? GIVEN : STEP_UP_NEEDED);

  test('is decided again with the sign-in that the person confirmed for this API (decision 38)', async () => {
    const { decisions, named } = scene({ decide, confirmed: NEW, token: { assurance: OLD } });
    expect((await decisions.answer(server, byToken(), BY)).decision).toBe(true);
    expect(named('authorize')).toMatchObject([{ assurance: OLD }, { assurance: NEW }]);
    expect(named('confirmed')).toEqual([{ id: server.id, resource: server.identifier }]);
  });

  test('has the page for the person, where a token stands behind it', async () => {
    const { decisions, named } = scene({ decide, token: { assurance: OLD } });
    expect(await decisions.answer(server, byToken(), BY)).toMatchObject({
      decision: false,
      context: {
        reason: 'step_up_required',
        remedies: [{ kind: 'step_up', url: 'https://id/step-ups/1', expires_in: 300 }],
      },
    });
    expect(named('authorize')).toHaveLength(1);
    expect(named('page')).toEqual([{ id: server.id, resource: server.identifier }]);
    const alone = scene({ decide });
    expect(JSON.stringify(await alone.decisions.answer(server, question(), BY))).not.toContain('step-ups');
    expect(['confirmed', 'page'].flatMap(alone.named)).toEqual([]);
  });
});

describe('a denial that an approval lifts', () => {
  const denied: Scene = { decide: () => APPROVAL_NEEDED };
  const lifted = {
    isLifted: true,
    decision: decision({ id: 'dec_l', scope: ['read'] }),
    approval: { id: 'apv_1', redeemBy: NOW },
  };

  test('says where to request one, and asks for none', async () => {
    const { decisions, named } = scene(denied);
    const { context } = await decisions.answer(server, question(), BY);
    expect(context).toMatchObject({ reason: 'approval_required', ...REQUESTABLE });
    expect(context).not.toHaveProperty('next_action');
    expect(named('lift')).toEqual([]);
    expect(named('requestable')).toEqual(['dec_p']);
    const impossible = await scene({ ...denied, isRequestable: false }).decisions.answer(server, question(), BY);
    expect(impossible.context).not.toHaveProperty('evaluation_id');
    expect(impossible.context).not.toHaveProperty('next_action');
  });

  test('is a permit once, with the approval that it names', async () => {
    const { decisions, audit, named } = scene({ ...denied, lift: lifted });
    const answer = await decisions.answer(server, question({}, { approval: 'apv_1', call: 'c1' }), BY);
    expect(answer).toMatchObject({ decision: true, context: { id: 'dec_l', approval: { id: 'apv_1' } } });
    expect(named('lift')).toEqual(['apv_1']);
    expect(named('spend')).toEqual([{ approval: lifted.approval, call: 'c1', decision: 'dec_l', request: 'req_1' }]);
    expect(named('requestable')).toEqual([]);
    expect(audit.of('decision.made')).toMatchObject([{ outcome: 'granted', approval: 'apv_1', decision: 'dec_l' }]);
  });

  test('stays a denial when another call was first', async () => {
    const { decisions, named } = scene({ ...denied, lift: lifted, isSpent: false });
    const { decision: isGiven, context } = await decisions.answer(server, question({}, { approval: 'apv_1' }), BY);
    expect(isGiven).toBe(false);
    expect(context).toMatchObject({ id: 'dec_p', reason: 'approval_used', layer: 'approval', next_action: 'request' });
    expect(named('requestable')).toEqual(['dec_p']);
  });

  test('keeps what the approval says of it, and what may be done next', async () => {
    const lift = {
      isLifted: false,
      reason: 'policy_denied',
      next: 'none',
      text: 'No.',
      layer: 'policy',
      decision: lifted.decision,
    };
    const one = await scene({ ...denied, lift }).decisions.answer(server, question({}, { approval: 'apv_1' }), BY);
    expect(one.context).toEqual({
      ...{ id: 'dec_l', policy: 3, reason: 'policy_denied', layer: 'policy', description: 'No.', next_action: 'none' },
    });
    const over = { isLifted: false, reason: 'approval_expired', next: 'request' };
    const other = await scene({ ...denied, lift: over, isRequestable: false }).decisions.answer(
      ...([server, question({}, { approval: 'apv_1' }), BY] as const),
    );
    expect(other.context).toMatchObject({ id: 'dec_p', reason: 'approval_expired', next_action: 'none' });
    expect(other.context).not.toHaveProperty('description');
  });

  test('for another reason is not for an approval', async () => {
    const { decisions, named } = scene({ decide: () => needing(undefined) });
    const { context } = await decisions.answer(server, question({}, { approval: 'apv_1' }), BY);
    expect(context).toMatchObject({ next_action: 'none', layer: 'policy' });
    expect(['lift', 'requestable'].flatMap(named)).toEqual([]);
  });
});

describe('several questions', () => {
  type Kind = 'yes' | 'no' | 'bad' | 'broken';
  const items = (given: readonly Kind[]) =>
    given.map((kind) => () => {
      if (kind === 'bad') throw new DomainError('invalid_request', 'Not a question.');
      if (kind === 'broken') throw new TypeError('a bug');
      return question({ action: kind });
    });
  const decide: Scene['decide'] = ({ asked }) => (asked?.[0] === 'yes' ? GIVEN : needing(undefined));
  const answered = async (semantic: Semantic, given: readonly Kind[]) => {
    const one = scene({ decide });
    const answers = await one.decisions.answerAll(server, semantic, items(given), BY);
    return { ...one, given: answers.map(({ decision: isGiven }) => isGiven), answers };
  };

  test.each([
    ['execute_all', [false, true, false, true]],
    ['deny_on_first_deny', [false]],
    ['permit_on_first_permit', [false, true]],
  ] as const)('with %s are answered %j (§7.1.2.1)', async (semantic, given) => {
    expect((await answered(semantic, ['no', 'yes', 'no', 'yes'])).given).toEqual(given);
  });

  test('of which one is no question: it alone is refused, with an event of its own (§7.2.1)', async () => {
    const { answers, audit } = await answered('execute_all', ['bad', 'yes']);
    expect(answers[0]).toEqual({ decision: false, context: { error: { status: 400, message: 'Not a question.' } } });
    expect(answers[1]?.decision).toBe(true);
    expect(audit.of('decision.refused')).toEqual([
      {
        ...{ type: 'decision.refused', outcome: 'refused', request: 'req_1', caller: 'rs_mail' },
        ...{ resource: server.identifier, error: 'invalid_request', personal: { source: '192.0.2.1' } },
      },
    ]);
    await expect(answered('execute_all', ['broken'])).rejects.toThrow(TypeError);
  });
});

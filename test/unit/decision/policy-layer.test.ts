import { describe, expect, test } from '@jest/globals';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import { nothingLeft } from '../../../src/domain/authority/decision/remedies.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import type { Detail } from '../../../src/domain/vocabulary/detail-type.ts';
import { exampleType } from '../../support/detail-types.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { API, client as app, generous, MAIL, NOW, policiesThat, server } from './world.ts';

const under = (policies: ReturnType<typeof policiesThat> | { current(): Promise<undefined> }) =>
  authorizer({ identifiers: countedIdentifiers(), managementApi: API, policies });

const annotated = (annotations: Record<string, string>, effect: 'allow' | 'deny' = 'allow') =>
  under(policiesThat(() => ({ effect, annotations })));

const exchange = (more: Partial<DecisionFacts> = {}): DecisionFacts => ({
  ...generous('token_exchange'),
  asked: ['send'],
  ...more,
});

describe('policy', () => {
  test('SC-04 without an active set nothing is permitted', async () => {
    const decision = await under({ current: async () => undefined })(exchange());
    expect(decision).toMatchObject({ scope: [], removed: [{ scope: 'send', layer: 'policy', policies: [] }] });
    expect(decision.policyVersion).toBeUndefined();
  });

  test('SC-04 an error turns a permit into a denial', async () => {
    const decision = await under(policiesThat(() => ({ errors: ['policy one: no attribute'] })))(exchange());
    expect(decision.scope).toEqual([]);
    expect(decision.removed).toMatchObject([{ layer: 'policy' }]);
  });

  test('that cannot be read is no decision at all', async () => {
    const broken = { current: () => Promise.reject(new Error('store')) };
    await expect(under(broken)(exchange())).rejects.toThrow('store');
  });

  test('SC-06 names the version that was asked', async () => {
    expect((await under(policiesThat(() => ({}), 7))(exchange())).policyVersion).toBe(7);
  });

  test('is asked with the groups of the person as they count now, and keeps them in its case', async () => {
    const decide = authorizer({
      identifiers: countedIdentifiers(),
      managementApi: API,
      policies: policiesThat(() => ({})),
      groupsOf: async ({ groups }) => [...groups, 'staff'],
    });
    const entity = (await decide(exchange())).policy?.entities.find(({ name }) => name.type === 'Account');
    expect(entity?.parents).toContainEqual({ type: 'Group', id: 'staff' });
  });

  describe('that demands an attested composition', () => {
    const { caller } = exchange();
    const attested = (isProven?: true) => ({ caller: { ...caller, composition: { digest: 'c', isProven } } as never });

    test('gives it to an agent with one, and names the remedy to any other', async () => {
      const decide = annotated({ attested: 'required' });
      expect((await decide(exchange(attested(true)))).scope).toEqual(['send']);
      for (const facts of [exchange(), exchange(attested())]) {
        const decision = await decide(facts);
        expect(decision.removed).toMatchObject([{ layer: 'policy', needs: [{ kind: 'attestation' }] }]);
        expect(nothingLeft(decision)).toMatchObject({
          reason: 'policy_forbids',
          remedies: [{ kind: 'attestation', claim: 'composition' }],
        });
      }
    });

    test('names the remedy where it forbids', async () => {
      const decision = await annotated({ attested: 'required' }, 'deny')(exchange(attested()));
      expect(nothingLeft(decision).remedies).toEqual([{ kind: 'attestation', claim: 'composition' }]);
    });

    test('asks nothing of a consent, at which no agent authenticates', async () => {
      const consent = { ...generous('consent'), asked: ['send'] };
      expect((await annotated({ attested: 'required' })(consent)).scope).toEqual(['send']);
    });
  });

  test('is asked about what the other layers left, and about nothing else', async () => {
    const policies = policiesThat(() => ({}));
    await under(policies)({ ...exchange(), asked: ['read', 'send', 'admin'], delegation: ['read'] });
    expect(policies.questions.map(({ resource }) => resource)).toEqual([{ type: 'Scope', id: `${MAIL} read` }]);
  });

  test('gets who, for whom, through whom, when and how', async () => {
    const policies = policiesThat(() => ({}));
    // A Sunday, 13:00 UTC.
    const now = Date.UTC(2026, 10, 29, 13) / 1000;
    await under(policies)(
      exchange({ now, source: '192.0.2.7', isBound: true, assurance: { amr: ['pwd'], authTime: now - 60 } }),
    );
    expect(policies.questions[0]).toMatchObject({
      action: 'act',
      principal: { type: 'Agent', id: 'agt_a' },
      context: {
        route: 'token_exchange',
        hour: 13,
        weekday: 7,
        subject: { entity: { type: 'Account', id: 'acc_anna' } },
        delegated: true,
        depth: 1,
        consented: true,
        bound: true,
        source: { network: '192.0.2.7' },
        assurance: { record: { acr: '', amr: ['pwd'], age: 60 } },
        approval: undefined,
      },
    });
    await under(policies)({ ...generous('consent'), asked: ['send'] });
    expect(policies.questions[1]).toMatchObject({ action: 'delegate' });
  });
});

describe('an amount', () => {
  // A type whose own rules accept any number.
  const schema = { type: 'object', properties: { amount: { type: 'number' }, currency: { type: 'string' } } } as const;
  const bank = { ...server, detailTypes: [{ ...exampleType('payment'), schema, risk: 'low' as const }] };
  const underAmount = async (amount: number) => {
    const pay: Detail = { type: 'payment_initiation', amount, currency: 'EUR' };
    const details = { asked: [pay], subjectToken: [pay], grant: [pay], delegation: [[pay]] };
    const policies = policiesThat(() => ({}));
    const { details: given } = await under(policies)(exchange({ server: bank, asked: [], details }));
    return { given, questions: policies.questions };
  };

  test('that is a safe integer is what policies are asked about', async () => {
    const { given, questions } = await underAmount(Number.MAX_SAFE_INTEGER);
    expect(given).toHaveLength(1);
    expect(questions.map(({ context }) => context['amount'])).toEqual([Number.MAX_SAFE_INTEGER]);
  });

  test.each([1.5, Number.MAX_SAFE_INTEGER + 1, 1e300])('of %p is refused, and no policy is asked', async (amount) => {
    expect(await underAmount(amount)).toEqual({ given: [], questions: [] });
  });
});

describe('whether a person said yes to it', () => {
  const consented = async (facts: DecisionFacts): Promise<readonly unknown[]> => {
    const policies = policiesThat(() => ({}));
    await under(policies)(facts);
    return policies.questions.map(({ context }) => context['consented']);
  };
  const client = { caller: app, through: [], delegation: undefined };
  const drive = { ...server, detailTypes: [{ ...exampleType('file-access'), risk: 'low' as const }] };
  const file: Detail = { type: 'file_access', actions: ['read'], paths: ['/reports'] };
  const held = { asked: [file], subjectToken: [file], grant: [file] };
  const approval = { id: 'apv_1', approvers: 1 };

  test.each<readonly [string, Partial<DecisionFacts>, boolean]>([
    ['an exchange under a delegation', { route: 'token_exchange' }, true],
    ['what an application redeems', { route: 'authorization_code', ...client }, true],
    ['a token of a person', { route: 'introspection' }, true],
    ['a token of a person, evaluated', { route: 'access_evaluation' }, true],
    ['a token of the caller for itself', { route: 'introspection', subject: undefined }, false],
    ['a token of the caller for itself, evaluated', { route: 'access_evaluation', subject: undefined }, false],
    ['a token from an assertion of a peer', { route: 'introspection', isUnasked: true }, false],
    ['a token from an assertion of a peer, evaluated', { route: 'access_evaluation', isUnasked: true }, false],
    ['an assertion of a peer', { route: 'jwt_bearer' }, false],
    [
      'an agent that is still to be allowed, by a token of an application',
      { route: 'consent', delegation: undefined },
      false,
    ],
    ['an action that people approved, which no row holds', { route: 'ciba', delegation: undefined, approval }, true],
    ['an action that no person approved and no delegation holds', { route: 'ciba', delegation: undefined }, false],
    ['an action that people are asked about, which a row holds', { route: 'ciba' }, true],
    [
      'an approved action for a subject of a trusted issuer',
      { route: 'ciba', delegation: undefined, approval, isUnasked: true },
      false,
    ],
  ])('%s', async (_, more, expected) => {
    const facts = { ...generous('token_exchange'), asked: ['send'], ...more };
    expect(await consented(facts)).toEqual([expected]);
    const details = { ...held, ...('delegation' in more ? {} : { delegation: [[file]] }) };
    expect(await consented({ ...facts, server: drive, asked: [], details })).toEqual([expected]);
  });
});

describe('obligations', () => {
  test('an approval that is missing is what is missing; with it the scope is given', async () => {
    const decide = annotated({ approval: 'required' });
    const decision = await decide(exchange());
    expect(decision.removed).toMatchObject([{ scope: 'send', layer: 'approval', needs: [{ kind: 'approval' }] }]);
    expect(nothingLeft(decision)).toMatchObject({ reason: 'approval_required', layer: 'approval' });
    expect((await decide(exchange({ approval: { id: 'apr_1', approvers: 1 } }))).scope).toEqual(['send']);
  });

  test('AZ-13 another acr, or a sign-in too long ago, is a step-up with exactly that (RFC 9470 §4)', async () => {
    const decide = annotated({ acr: SINGLE_FACTOR, max_age: '300', reason: 'Just now.' });
    const fresh = { acr: SINGLE_FACTOR, amr: ['pwd'], authTime: NOW - 300 };
    expect((await decide(exchange({ assurance: fresh }))).scope).toEqual(['send']);
    for (const assurance of [
      undefined,
      { ...fresh, acr: 'urn:one' },
      { amr: ['pwd'], authTime: NOW },
      { ...fresh, authTime: NOW - 301 },
    ]) {
      expect(nothingLeft(await decide(exchange({ assurance })))).toMatchObject({
        reason: 'step_up_required',
        layer: 'policy',
        text: 'Just now.',
        remedies: [{ kind: 'step_up', max_age: 300 }],
      });
    }
    const [remedy] = nothingLeft(await decide(exchange())).remedies;
    expect(remedy).toEqual({ kind: 'step_up', acr_values: SINGLE_FACTOR, max_age: 300 });
  });

  test.each([
    ['of the second of the event', 0, 0],
    ['of that second, a minute later', 60, 60],
    ['from before it', 0, 40],
  ])('after an event that requires a newer sign-in, one %s is none', async (_, stepUpAge, age) => {
    const decide = authorizer({
      identifiers: countedIdentifiers(),
      managementApi: API,
      policies: policiesThat(() => ({})),
      signalsOf: async () => ({ level: 'none', age: stepUpAge, issuers: [], events: [], stepUpAge }),
    });
    const signedIn = (seconds: number) => ({ acr: SINGLE_FACTOR, amr: ['pwd'], authTime: NOW - seconds });
    expect(nothingLeft(await decide(exchange({ assurance: signedIn(age) })))).toMatchObject({
      reason: 'step_up_required',
      remedies: [{ kind: 'step_up', max_age: expect.any(Number) }],
    });
    if (stepUpAge > 0) {
      expect((await decide(exchange({ assurance: signedIn(stepUpAge - 1) }))).scope).toEqual(['send']);
    }
  });

  test('a stronger sign-in satisfies it, and one that no user can reach is refused at once (RFC 9470 §5)', async () => {
    const strong = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: NOW };
    expect((await annotated({ acr: SINGLE_FACTOR })(exchange({ assurance: strong }))).scope).toEqual(['send']);
    const decision = await annotated({ acr: 'urn:unheard-of' })(exchange({ assurance: strong }));
    expect(nothingLeft(decision)).toMatchObject({ reason: 'step_up_unavailable', remedies: [] });
  });

  test('of all permits that apply the strictest counts', async () => {
    const both = policiesThat(() => ({ determining: ['one', 'two'] }));
    const active = await both.current();
    const summary = (id: string, max_seconds: string) => ({
      id,
      effect: 'permit' as const,
      annotations: { max_seconds },
    });
    const policies = new Map([
      ['one', summary('one', '300')],
      ['two', summary('two', '60')],
    ]);
    const decide = under({
      current: async () => ({
        ...active,
        policies: {
          policies,
          release() {},
          decideEach: (_question: object, _entities: object, resources: readonly object[]) =>
            resources.map(() => ({ effect: 'allow', determining: ['one', 'two'], errors: [] })),
        },
      }),
    } as never);
    expect((await decide(exchange())).maxSeconds).toBe(60);
  });

  test('AP-03 of all permits that apply those who approve add up, so do those who do not, and the longest time counts', async () => {
    const summaries = [
      { approvers: 'owner', escalate_after: '60', escalate_to: 'grp_2' },
      { approvers: 'grp_1 owner', approvers_except: 'subject', escalate_after: '300', escalate_to: 'grp_1' },
    ].map((annotations, index) => ({ id: `p${index}`, effect: 'permit' as const, annotations }));
    const deciding = (...ids: readonly string[]) =>
      under({
        current: async () => ({
          version: 1,
          policies: {
            policies: new Map(summaries.map((one) => [one.id, one])),
            release() {},
            decideEach: (_question: object, _entities: object, resources: readonly object[]) =>
              resources.map(() => ({ effect: 'allow', determining: ids, errors: [] })),
          },
        }),
      } as never)(exchange());
    expect((await deciding('p0', 'p1')).approvers).toEqual([
      { names: ['grp_1', 'owner'], except: ['subject'], escalation: { after: 300, names: ['grp_1', 'grp_2'] } },
    ]);
    expect((await deciding()).approvers).toEqual([{ names: [], except: [] }]);
  });

  test('on a forbid they are what would lift it', async () => {
    const decision = await annotated({ approval: 'required', reason: 'Two people.' }, 'deny')(exchange());
    expect(nothingLeft(decision)).toMatchObject({ reason: 'approval_required', text: 'Two people.' });
    // Met, the forbid stands all the same: it is the policy that says when it does not.
    const again = await annotated(
      { approval: 'required' },
      'deny',
    )(exchange({ approval: { id: 'apr_1', approvers: 1 } }));
    expect(again.scope).toEqual([]);
  });
});

describe('a token that is there', () => {
  const introspected = (madeUnder: number | undefined): DecisionFacts => ({
    ...generous('introspection'),
    asked: ['send'],
    madeUnder,
  });

  test('is not asked about again under the set it was made under', async () => {
    const policies = policiesThat(() => ({ effect: 'deny' }), 3);
    expect((await under(policies)(introspected(3))).scope).toEqual(['send']);
    expect(policies.questions).toEqual([]);
  });

  test('is asked about again under that set after the groups of its person changed', async () => {
    const policies = policiesThat(() => ({ effect: 'deny' }), 3);
    const asked: unknown[] = [];
    const decide = authorizer({
      ...{ identifiers: countedIdentifiers(), managementApi: API, policies },
      isRegrouped: async ({ id }, issuedAt) => {
        asked.push([id, issuedAt]);
        return issuedAt < 100;
      },
    });
    const { subject } = introspected(3);
    expect((await decide({ ...introspected(3), madeAt: 100 })).scope).toEqual(['send']);
    expect((await decide({ ...introspected(3), madeAt: 99 })).scope).toEqual([]);
    expect(asked).toEqual([
      [subject?.id, 100],
      [subject?.id, 99],
    ]);
  });

  test.each([2, undefined])(
    'made under version %s is asked about under version 3, and its conditions were met then',
    async (version) => {
      expect((await under(policiesThat(() => ({ effect: 'deny' }), 3))(introspected(version))).scope).toEqual([]);
      const conditional = policiesThat(() => ({ annotations: { approval: 'required', acr: 'urn:two' } }), 3);
      expect((await under(conditional)(introspected(version))).scope).toEqual(['send']);
    },
  );
});

/** Random sequences of refusals, honest and hostile ones: each ends in a token or in a stop, within the bounds of the agent. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AgentStop, type Hooks } from '../../packages/agent/src/agent.ts';
import { denied, granted, ISSUER, RESOURCE, type Scripted, scripted } from './scripted-server.ts';

const SEQUENCES = 1000;
const BOUNDS = { steps: 6, seconds: 900, requests: 60 };
const START = 1_800_000_000;

const text = fc.oneof(fc.constantFrom('', 'read', 'read write', 'admin', 'read read'), fc.string({ maxLength: 12 }));
const count = fc.oneof(fc.integer({ min: -10, max: 10_000 }), fc.constantFrom(0, Number.MAX_SAFE_INTEGER, Number.NaN));

const remedy = fc.oneof(
  fc.record({
    kind: fc.constant('consent'),
    url: fc.oneof(
      fc.integer({ min: 1, max: 3 }).map((page) => `${ISSUER}/delegations/requests/${page}`),
      fc.constantFrom('https://evil.example/', 'javascript:1', ''),
    ),
    expires_in: count,
  }),
  fc.record({ kind: fc.constant('narrow'), scope: text }),
  fc.record({ kind: fc.constant('step_up'), acr_values: fc.array(text, { maxLength: 2 }), max_age: count }),
  fc.record({
    kind: fc.constant('approval'),
    grant_type: fc.constantFrom('urn:openid:params:grant-type:ciba', 'client_credentials'),
    auth_req_id: text,
    endpoint: fc.constantFrom(`${ISSUER}/token`, 'https://evil.example/token'),
    expires_in: count,
    interval: count,
    number: fc.option(fc.constantFrom('42', 17), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('wait'), until: fc.integer({ min: START - 100, max: START + 2000 }) }),
  fc.record({ kind: fc.constant('contact'), whom: text }),
  fc.record({ kind: fc.constantFrom('dance', '__proto__', 'constructor'), url: text }),
  fc.jsonValue() as fc.Arbitrary<object>,
);

const ERRORS = [
  ...['access_denied', 'consent_required', 'temporarily_unavailable', 'slow_down', 'authorization_pending'],
  ...['expired_token', 'invalid_grant', 'insufficient_user_authentication', 'invalid_scope'],
];
const REASONS = [
  'consent_missing',
  'approval_required',
  'policy_forbids',
  'step_up_required',
  'budget_used_up',
  'other',
];

const refusal: fc.Arbitrary<Scripted> = fc
  .record({
    reason: fc.oneof(fc.constantFrom(...REASONS), fc.string({ maxLength: 6 })),
    remedies: fc.array(remedy, { maxLength: 4 }),
    error: fc.constantFrom(...ERRORS),
    status: fc.constantFrom(400, 401, 403, 429, 500, 503),
    headers: fc.constantFrom({}, { 'retry-after': '3' }, { 'retry-after': 'soon' }, { 'retry-after': '999999999' }),
  })
  .map(({ reason, remedies, ...more }) => denied(reason, remedies, more));

const answer: fc.Arbitrary<Scripted | 'unreachable'> = fc.oneof(
  { weight: 12, arbitrary: refusal },
  { weight: 1, arbitrary: fc.constant('unreachable' as const) },
  { weight: 1, arbitrary: fc.constant(granted()) },
  // Answers that no server should give.
  {
    weight: 1,
    arbitrary: fc
      .record({ status: fc.constantFrom(200, 204, 302, 400, 502), body: fc.jsonValue() })
      .map((one) => (one.status === 204 ? { ...one, status: 400 } : one)),
  },
);

const choice = fc.constantFrom('follows', 'declines', 'throws', 'never', 'absent');
type Choice = 'follows' | 'declines' | 'throws' | 'never' | 'absent';

const hookOf = (how: Choice, result: unknown): (() => unknown) | undefined => {
  if (how === 'absent') return undefined;
  return () => {
    if (how === 'throws') throw new Error('the hook fails');
    if (how === 'never') return new Promise(() => undefined);
    return how === 'follows' ? result : false;
  };
};

/** The program can work with less, and with nothing else. */
const isLess = ({ scopes }: { readonly scopes: readonly string[] }): boolean =>
  scopes.every((scope) => scope === 'read' || scope === 'write');

const NAMES = ['onConsent', 'onApproval', 'onStepUp', 'onNarrow', 'onWait'] as const;
const hooksOf = (choices: readonly Choice[]): Hooks =>
  Object.fromEntries(
    NAMES.flatMap((name, at) => {
      const how = choices[at] ?? 'absent';
      const hook = hookOf(how, name === 'onStepUp' ? 'subject-2' : true);
      return hook ? [[name, name === 'onNarrow' && how === 'follows' ? isLess : hook]] : [];
    }),
  );

test(`${SEQUENCES} random sequences of denials end in a token or an honest stop, with bounded requests and time`, async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 20 }),
      fc.array(choice, { minLength: NAMES.length, maxLength: NAMES.length }),
      async (answers, choices) => {
        const next = (_form: URLSearchParams, at: number) => answers[at % answers.length] ?? 'unreachable';
        const { agent, forms, clock } = await scripted(next, { hooks: hooksOf(choices), bounds: BOUNDS });
        const request = { subject: 'subject-1', resource: RESOURCE, scopes: ['read', 'write'] };
        const outcome = await agent.exchange(request).catch((error: unknown) => error);

        expect(forms.length).toBeLessThanOrEqual(BOUNDS.requests);
        expect(clock.now()).toBeLessThanOrEqual(START + BOUNDS.seconds);
        // Never more than the program asked for.
        for (const form of forms) {
          expect(['read', 'write']).toEqual(expect.arrayContaining(form.get('scope')?.split(' ') ?? []));
        }
        if (!(outcome instanceof AgentStop)) {
          expect(outcome).toMatchObject({ accessToken: expect.any(String) });
          ends.set('token', (ends.get('token') ?? 0) + 1);
          return;
        }
        expect(outcome.steps.filter((step) => step.outcome === 'followed').length).toBeLessThanOrEqual(BOUNDS.steps);
        expect(outcome.denial).toBeDefined();
        if (outcome.link !== undefined) expect(outcome.remedy).toMatchObject({ kind: 'consent', url: outcome.link });
        ends.set(outcome.reason, (ends.get(outcome.reason) ?? 0) + 1);
      },
    ),
    { numRuns: SEQUENCES, seed: 18 },
  );
  // The sequences reach every end that a server can lead to.
  for (const end of [
    'token',
    'refused',
    'no_hook',
    'declined',
    'repeated',
    'unsafe_remedy',
    'contact',
    'hook_failed',
  ]) {
    expect([end, (ends.get(end) ?? 0) > 0]).toEqual([end, true]);
  }
}, 120_000);

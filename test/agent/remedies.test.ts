/** How the agent follows each kind of remedy, and where it stops: against a scripted server, on a clock that only sleeps move. */
import { describe, expect, test } from '@jest/globals';
import { AgentStop, type Hooks, type Options } from '../../packages/agent/src/agent.ts';
import { denied, granted, ISSUER, inTurn, RESOURCE, type Script, scripted } from './scripted-server.ts';

const PAGE = `${ISSUER}/delegations/requests/1`;
const CIBA = 'urn:openid:params:grant-type:ciba';
const consent = (url = PAGE) => ({ kind: 'consent', url, expires_in: 600 });
const approval = (more: object = {}) => ({
  kind: 'approval',
  grant_type: CIBA,
  auth_req_id: 'req_1',
  endpoint: `${ISSUER}/token`,
  expires_in: 600,
  interval: 5,
  ...more,
});
const consentMissing = (url = PAGE) => denied('consent_missing', [consent(url)], { error: 'consent_required' });
const approvalRequired = (more: object = {}) => denied('approval_required', [approval(more)]);
const pending = denied('authorization_pending', [], { error: 'authorization_pending' });

const exchanged = async (script: Script, hooks: Hooks = {}, more: Partial<Options> = {}) => {
  const { agent, forms, clock } = await scripted(script, { hooks, ...more });
  const outcome = agent.exchange({ subject: 'subject-1', resource: RESOURCE, scopes: ['read', 'write'] });
  return { outcome: await outcome.catch((error: unknown) => error), forms, clock };
};

/** Reason, last denial and outcomes of a stop. */
const stopOf = (outcome: unknown) => {
  if (!(outcome instanceof AgentStop)) throw outcome;
  return {
    reason: outcome.reason,
    denial: outcome.denial?.reason,
    steps: outcome.steps.map(({ kind, outcome: end }) => `${kind} ${end}`),
  };
};

describe('a refusal without remedies', () => {
  test('is a stop that has the denial, and is asked once', async () => {
    const { outcome, forms } = await exchanged(
      inTurn(denied('agent_not_active', [], { error: 'unauthorized_client' })),
    );
    expect(stopOf(outcome)).toEqual({ reason: 'refused', denial: 'agent_not_active', steps: [] });
    expect((outcome as AgentStop).denial).toMatchObject({ id: 'dny_1', error: 'unauthorized_client', status: 400 });
    expect(forms).toHaveLength(1);
  });

  test('that names whom to contact is a stop', async () => {
    const lifted = { kind: 'contact', whom: 'operator', page: '/console/responses' };
    const narrowed = await exchanged(inTurn(denied('narrowed_by_response', [lifted])));
    expect((narrowed.outcome as AgentStop).remedy).toEqual(lifted);
    const { outcome } = await exchanged(inTurn(denied('scope_not_available', [{ kind: 'contact', whom: 'owner' }])));
    expect(stopOf(outcome)).toMatchObject({ reason: 'contact', steps: ['contact contact'] });
    expect((outcome as AgentStop).remedy).toEqual({ kind: 'contact', whom: 'owner' });
  });
});

describe('consent', () => {
  test('gives the page to the program, and asks until the person has decided', async () => {
    const pages: string[] = [];
    const { outcome, clock } = await exchanged(
      inTurn(consentMissing(), consentMissing(), consentMissing(), granted()),
      {
        onConsent: ({ url }) => pages.push(url),
      },
    );
    expect(outcome).toMatchObject({ accessToken: 'granted', scopes: ['read'] });
    expect([pages, clock.slept]).toEqual([[PAGE], [5, 5]]);
  });

  test('without a hook is a stop with the link', async () => {
    const { outcome } = await exchanged(inTurn(consentMissing()));
    expect(stopOf(outcome)).toMatchObject({ reason: 'no_hook', steps: ['consent no_hook'] });
    expect((outcome as AgentStop).link).toBe(PAGE);
  });

  test('that the person denied is a stop: the next page is another one', async () => {
    const script = inTurn(consentMissing(), consentMissing(), consentMissing(`${PAGE}0`));
    const { outcome, forms } = await exchanged(script, { onConsent: () => undefined });
    expect(stopOf(outcome)).toMatchObject({ reason: 'repeated', steps: ['consent followed'] });
    expect(forms).toHaveLength(4);
  });

  test('that takes effect a moment after the decision is no denial', async () => {
    const script = inTurn(consentMissing(), consentMissing(`${PAGE}0`), granted());
    const { outcome } = await exchanged(script, { onConsent: () => undefined });
    expect(outcome).toMatchObject({ accessToken: 'granted' });
  });

  test('goes on when the server gives a new page for the second half of the time', async () => {
    const late: Script = (_form, count) => (count < 80 ? consentMissing(count < 63 ? PAGE : `${PAGE}0`) : granted());
    const pages: string[] = [];
    const { outcome } = await exchanged(late, { onConsent: ({ url }) => pages.push(url) });
    expect([outcome, pages]).toMatchObject([{ accessToken: 'granted' }, [PAGE]]);
  });

  test('that no person decides ends with the page', async () => {
    const { outcome, forms } = await exchanged(inTurn(consentMissing()), { onConsent: () => undefined });
    expect(stopOf(outcome)).toMatchObject({ reason: 'expired' });
    expect((outcome as AgentStop).link).toBe(PAGE);
    expect(forms.length).toBeLessThanOrEqual(122);
  });

  test.each([
    'https://evil.example/page',
    'http://id.example.com/page',
    'javascript:alert(1)',
    'https://id.example.com:444/',
  ])('is not followed to another origin: %s', async (url) => {
    const pages: string[] = [];
    const { outcome } = await exchanged(inTurn(consentMissing(url)), { onConsent: (page) => pages.push(page.url) });
    expect([stopOf(outcome).reason, pages]).toEqual(['unsafe_remedy', []]);
  });
});

describe('approval', () => {
  test('polls at the interval, slower after slow_down, until there is a token for one action', async () => {
    const slowDown = denied('slow_down', [], { error: 'slow_down' });
    const { outcome, forms, clock } = await exchanged(
      inTurn(approvalRequired(), pending, slowDown, pending, granted()),
    );
    expect(outcome).toMatchObject({ accessToken: 'granted', isForOneAction: true });
    expect(clock.slept).toEqual([5, 5, 10, 10]);
    expect(forms.slice(1).map((form) => [form.get('grant_type'), form.get('auth_req_id')])).toEqual(
      Array.from({ length: 4 }, () => [CIBA, 'req_1']),
    );
  });

  test('with a number needs the hook that shows it', async () => {
    const numbered = inTurn(approvalRequired({ number: '42' }), granted());
    expect(stopOf((await exchanged(numbered)).outcome)).toMatchObject({ reason: 'no_hook' });
    const shown: unknown[] = [];
    const { outcome } = await exchanged(numbered, { onApproval: ({ number }) => shown.push(number) });
    expect([outcome, shown]).toMatchObject([{ accessToken: 'granted' }, ['42']]);
  });

  test('that people denied is a stop with their denial', async () => {
    const { outcome } = await exchanged(inTurn(approvalRequired(), pending, denied('approval_denied')));
    expect(stopOf(outcome)).toEqual({ reason: 'refused', denial: 'approval_denied', steps: ['approval followed'] });
  });

  test('that expired says so', async () => {
    const expired = denied('approval_expired', [], { error: 'expired_token' });
    const { outcome } = await exchanged(inTurn(approvalRequired(), expired));
    expect(stopOf(outcome)).toMatchObject({ reason: 'expired', denial: 'approval_expired' });
  });

  test('is polled at the token endpoint of the server only: an assertion goes to no other address', async () => {
    const { outcome, forms } = await exchanged(inTurn(approvalRequired({ endpoint: 'https://evil.example/token' })));
    expect(stopOf(outcome)).toMatchObject({ reason: 'unsafe_remedy' });
    expect(forms).toHaveLength(1);
  });
});

describe('step-up', () => {
  const stepUp = denied('step_up_required', [{ kind: 'step_up', acr_values: ['urn:mfa'], max_age: 300 }], {
    error: 'insufficient_user_authentication',
  });

  test('asks again with the token of the new sign-in (RFC 9470 §4)', async () => {
    const asked: unknown[] = [];
    const { outcome, forms } = await exchanged(inTurn(stepUp, granted()), {
      onStepUp({ acrValues, maxAge }) {
        asked.push(acrValues, maxAge);
        return 'subject-2';
      },
    });
    expect([outcome, asked]).toMatchObject([{ accessToken: 'granted' }, [['urn:mfa'], 300]]);
    expect(forms.map((form) => form.get('subject_token'))).toEqual(['subject-1', 'subject-2']);
  });

  test('that does not help is a stop, not a second sign-in', async () => {
    let count = 0;
    const onStepUp = () => {
      count += 1;
      return `subject-${count}`;
    };
    const { outcome } = await exchanged(inTurn(stepUp), { onStepUp });
    expect([stopOf(outcome).reason, count]).toEqual(['repeated', 1]);
  });

  test('of a token of the agent itself is a stop', async () => {
    const { agent } = await scripted(inTurn(stepUp), { hooks: { onStepUp: () => 'token' } });
    const outcome = await agent.ownToken({ resource: RESOURCE }).catch((error: unknown) => error);
    expect(stopOf(outcome)).toMatchObject({ reason: 'no_person' });
  });
});

describe('narrow', () => {
  const narrow = (scope: string) => denied('policy_forbids', [{ kind: 'narrow', scope }]);

  test('asks again with exactly this scope if the program agrees', async () => {
    const { outcome, forms } = await exchanged(inTurn(narrow('read'), granted()), {
      onNarrow: ({ scopes, requested }) => scopes.length < requested.length,
    });
    expect(outcome).toMatchObject({ accessToken: 'granted' });
    expect(forms.map((form) => form.get('scope'))).toEqual(['read write', 'read']);
  });

  test.each(['read write', 'write read', 'read write admin'])('never widens: %s', async (scope) => {
    const { outcome, forms } = await exchanged(inTurn(narrow(scope)), { onNarrow: () => true });
    expect([stopOf(outcome).reason, forms.length]).toEqual(['unsafe_remedy', 1]);
  });

  test('to other scopes is for the program to judge', async () => {
    const asked: unknown[] = [];
    const { outcome, forms } = await exchanged(inTurn(narrow('admin')), {
      onNarrow({ scopes, requested }) {
        asked.push(scopes, requested);
        return scopes.every((scope) => scope !== 'admin');
      },
    });
    expect([stopOf(outcome).reason, asked, forms.length]).toEqual(['declined', [['admin'], ['read', 'write']], 1]);
  });

  test('that the program declines leads to the next remedy', async () => {
    const both = denied('scope_not_available', [{ kind: 'narrow', scope: 'read' }, consent()], {
      error: 'invalid_scope',
    });
    const { outcome, forms } = await exchanged(inTurn(both, granted()), {
      onNarrow: () => false,
      onConsent: () => undefined,
    });
    expect(outcome).toMatchObject({ accessToken: 'granted' });
    expect(forms.map((form) => form.get('scope'))).toEqual(['read write', 'read write']);
  });
});

describe('wait', () => {
  const busy = (headers: Record<string, string>) =>
    denied('too_many', [], { error: 'temporarily_unavailable', status: 429, headers });

  test('waits until the second of the remedy, and for Retry-After', async () => {
    const until = denied('budget_used_up', [{ kind: 'wait', until: 1_800_000_060 }]);
    const { outcome, clock } = await exchanged(inTurn(until, busy({ 'retry-after': '7' }), granted()));
    expect([outcome, clock.slept]).toMatchObject([{ accessToken: 'granted' }, [60, 7]]);
  });

  test('that is longer than the program allows is a stop at once', async () => {
    const later = denied('budget_used_up', [{ kind: 'wait', until: 1_800_003_600 }]);
    const { outcome, clock } = await exchanged(inTurn(later));
    expect([stopOf(outcome).reason, clock.slept]).toEqual(['out_of_time', []]);
    expect((outcome as AgentStop).remedy).toEqual({ kind: 'wait', until: 1_800_003_600 });
  });

  test('for a server that does not answer grows, and ends', async () => {
    const { outcome, forms, clock } = await exchanged(inTurn('unreachable'));
    expect(stopOf(outcome)).toMatchObject({ reason: 'repeated', denial: 'server_unreachable' });
    expect([forms.length, clock.slept]).toEqual([4, [1, 2, 4]]);
  });
});

describe('bounds', () => {
  const endless: Script = (_form, count) => denied(`reason_${count}`, [{ kind: 'wait', until: 1_800_000_000 + count }]);

  test('end a run after so many steps', async () => {
    const { outcome, forms } = await exchanged(endless, {}, { bounds: { steps: 3 } });
    expect([stopOf(outcome).reason, forms.length]).toEqual(['too_many_steps', 4]);
  });

  test('end a run after so many requests', async () => {
    const { outcome, forms } = await exchanged(inTurn(approvalRequired(), pending), {}, { bounds: { requests: 10 } });
    expect([stopOf(outcome).reason, forms.length]).toEqual(['too_many_requests', 10]);
  });

  test('end a run after so many seconds, also while a hook does not answer', async () => {
    const never = () => new Promise<never>(() => undefined);
    const { outcome } = await exchanged(inTurn(consentMissing()), { onConsent: never }, { bounds: { seconds: 60 } });
    expect(stopOf(outcome)).toMatchObject({ reason: 'out_of_time' });
  });

  test('a hook that throws is a stop with the cause', async () => {
    const cause = new Error('mail is down');
    const onConsent = () => {
      throw cause;
    };
    const { outcome } = await exchanged(inTurn(consentMissing()), { onConsent });
    expect([stopOf(outcome).reason, (outcome as AgentStop).cause]).toEqual(['hook_failed', cause]);
  });

  test('a signal ends the wait for a person, and the signal of the hook', async () => {
    const { agent } = await scripted(inTurn(consentMissing()));
    const abort = new AbortController();
    let seen: AbortSignal | undefined;
    const onConsent = ({ signal }: { signal: AbortSignal }) => {
      seen = signal;
      abort.abort(new Error('the user left'));
      return new Promise<never>(() => undefined);
    };
    const request = { subject: 'subject-1', resource: RESOURCE };
    const outcome = await agent
      .exchange(request, { signal: abort.signal, hooks: { onConsent } })
      .catch((error: unknown) => error);
    expect([stopOf(outcome).reason, (outcome as AgentStop).cause]).toEqual(['aborted', new Error('the user left')]);
    expect(seen?.aborted).toBe(true);
  });
});

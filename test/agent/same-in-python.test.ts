/** Sequences of refusals that the package for Python follows in the same way: `python/tests/test_same_in_typescript.py` reads them too. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type Agent, AgentStop, type Hooks } from '../../packages/agent/src/agent.ts';
import { type Scripted, scripted } from './scripted-server.ts';

type Hook = 'consent' | 'approval' | 'step_up' | 'narrow' | 'wait';
type Sequence = {
  readonly call: 'own' | 'exchange' | 'approval';
  readonly scopes: readonly string[] | null;
  readonly hooks: Readonly<Record<Hook, 'yes' | 'no' | 'throw' | 'again' | 'none' | null>>;
  /** One after the other, over and over. */
  readonly answers: readonly (Scripted | 'unreachable')[];
  readonly end: unknown;
  readonly sleeps: readonly number[];
  /** Of each request: grant type, scope, subject token and id of the approval. */
  readonly forms: readonly (readonly (string | null)[])[];
};

const RESOURCE = 'https://api.example.com/v1';
const NAMES = {
  consent: 'onConsent',
  approval: 'onApproval',
  step_up: 'onStepUp',
  narrow: 'onNarrow',
  wait: 'onWait',
} as const satisfies Readonly<Record<Hook, keyof Hooks>>;

const DOES: Readonly<Record<string, () => unknown>> = {
  yes: () => true,
  no: () => false,
  none: () => undefined,
  again: () => 'stronger',
  throw() {
    throw new Error('a hook fails');
  },
};

const hooksOf = (given: Sequence['hooks']): Hooks =>
  Object.fromEntries(
    Object.entries(given).flatMap(([kind, how]) => (how === null ? [] : [[NAMES[kind as Hook], DOES[how]]])),
  ) as Hooks;

const called = (agent: Agent, { call, scopes }: Sequence) => {
  const target = { resource: RESOURCE, ...(scopes ? { scopes } : {}) };
  if (call === 'own') return agent.ownToken(target);
  return call === 'exchange'
    ? agent.exchange({ ...target, subject: 'ada' })
    : agent.approval({ ...target, loginHint: 'ada' });
};

const endOf = async (agent: Agent, sequence: Sequence): Promise<unknown> => {
  try {
    const { scopes, isForOneAction, expiresAt } = await called(agent, sequence);
    return { token: { scopes, is_for_one_action: isForOneAction, expires_at: expiresAt } };
  } catch (stop) {
    if (!(stop instanceof AgentStop)) throw stop;
    const { reason, denial, remedy, steps, link = null } = stop;
    return {
      stop: reason,
      denial: denial ? [denial.error, denial.status, denial.reason, denial.id ?? null, denial.layer ?? null] : null,
      remedy: remedy?.kind ?? null,
      steps: steps.map(({ kind, outcome, reason: why }) => [kind, outcome, why]),
      link,
    };
  }
};

const sequences = readFileSync(new URL('../../python/tests/refusals.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Sequence);

test.each(sequences.map((sequence, number) => [number + 1, sequence] as const))(
  'refusals of line %i end as in the package for Python',
  async (_line, sequence) => {
    const { answers, hooks, end, sleeps, forms } = sequence;
    const at = await scripted((_form, count) => answers[count % answers.length] ?? 'unreachable', {
      hooks: hooksOf(hooks),
      bounds: { steps: 6, seconds: 900, requests: 60 },
    });
    expect(await endOf(at.agent, sequence)).toEqual(end);
    expect(at.clock.slept).toEqual(sleeps);
    const sent = (form: URLSearchParams) =>
      [form.get('grant_type') ?? 'bc', form.get('scope'), form.get('subject_token'), form.get('auth_req_id')] as const;
    expect(at.forms.map(sent)).toEqual(forms);
  },
);

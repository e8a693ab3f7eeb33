import { describe, expect, test } from '@jest/globals';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { Detail } from '../../../src/domain/vocabulary/detail-type.ts';
import { approvalFacts } from '../../../src/http/account/approvals/facts.ts';
import type { Language } from '../../../views/language.ts';
import { approvalPage } from '../../../views/pages/approval.ts';
import { exampleType } from '../../support/detail-types.ts';
import { textOf } from '../../support/html-forms.ts';
import { elementsOf } from '../views/markup.ts';

const NOW = 1_800_000_000;
const BANK = 'https://bank.example.com';
const CHAIN = { sub: 'agt_2', iss: 'https://id.example.com', sub_profile: 'ai_agent' } as const;

const approvalOf = (action: Partial<Approval['action']> = {}, more: Partial<Approval> = {}): Approval => ({
  id: 'apv_1',
  state: 'pending',
  channel: 'backchannel',
  action: {
    client: 'agt_2',
    agent: 'agt_2',
    chain: { ...CHAIN, act: { ...CHAIN, sub: 'agt_1' } },
    subject: 'acc_1',
    resource: BANK,
    scope: ['pay'],
    details: [],
    meaning: 'as it is declared',
    blueprint: null,
    composition: null,
    policy: null,
    ...action,
  },
  digest: 'A'.repeat(43),
  agent: 'agt_2',
  subject: 'acc_1',
  owner: 'acc_1',
  resource: action.resource ?? BANK,
  risk: 'high',
  requires: { quorum: 1, isProvenAnew: true },
  approvers: ['acc_1'],
  approverNames: ['subject'],
  mustAgree: 'acc_1',
  votes: [],
  handle: 'h',
  sealedHandle: 's',
  open: 'o',
  slot: 's',
  createdAt: NOW - 60,
  expiresAt: NOW + 540,
  ...more,
});

const agentOf = (id: string, name: string, owner = 'acc_2') => ({
  document: { id, name, owner, purpose: `${name} helps`, environment: 'production', state: 'active' },
  version: 1,
});

const deps = {
  basePath: '/id',
  accounts: {
    getMany: async (ids: readonly string[]) =>
      ids.filter((id) => id.startsWith('acc_')).map((id) => ({ id, name: id === 'acc_1' ? 'Ada' : 'Bob' })),
  },
  agents: {
    getMany: async (ids: readonly string[]) =>
      [agentOf('agt_1', 'Assistant'), agentOf('agt_2', 'Payer'), agentOf('agt_3', 'Clerk', 'grp_ops')].filter(
        ({ document }) => ids.includes(document.id),
      ),
  },
  groups: {
    get: async (id: string) => (id === 'grp_ops' ? { document: { name: 'Operations' }, version: 1 } : undefined),
  },
  resourceServers: {
    findByIdentifier: async (identifier: string) =>
      identifier === BANK
        ? {
            document: {
              name: 'The bank',
              scopes: [{ name: 'pay', description: 'Pay from your account', risk: 'high' }],
              detailTypes: [exampleType('payment')],
            },
            version: 1,
          }
        : undefined,
  },
  approvals: {
    clock: { now: () => NOW },
    service: {
      settings: { redeemSeconds: 300 },
      slotsOf: async (_: Approval, who: string) =>
        who === 'acc_3' ? [{ of: 'acc_1', absence: 'abs_1', until: NOW + 86_400 }] : [{ of: who }],
    },
  },
} as never;

const factsOf = async (approval: Approval, viewer = 'acc_1') => {
  const [facts] = await approvalFacts(deps, [approval], viewer);
  if (!facts) throw new Error('none');
  return facts;
};

const pageOf = async (approval: Approval, language: Language = 'en'): Promise<string> =>
  approvalPage({
    basePath: '/id',
    approval: await factsOf(approval),
    action: '/id/account/approvals/apv_1?seen=k',
    csrf: 'k',
    ask: { kind: 'session' },
    asksNumber: false,
  }).in({ language });

const PAYMENT: Detail = {
  type: 'payment_initiation',
  amount: 4000,
  currency: 'EUR',
  creditor: { name: 'Paper and Pens', account: 'DE89370400440532013000' },
  reference: 'Invoice 7731',
};

test('an agent of a group has the name of the group as its owner', async () => {
  const { agent } = await factsOf(approvalOf({ chain: { ...CHAIN, sub: 'agt_3' } }, { agent: 'agt_3' }));
  expect(agent).toMatchObject({ id: 'agt_3', name: 'Clerk', ownerName: 'Operations' });
});

describe('what is shown of an approval', () => {
  test('is what the digest is over: the sentence, each member beside it, the place, the chain, and all of it letter by letter', async () => {
    const text = textOf(await pageOf(approvalOf({ details: [PAYMENT] })));
    for (const said of [
      'Pay up to EUR 40.00 to account DE89 3704 0044 0532 0130 00 of Paper and Pens',
      'reference Invoice 7731',
      'Pay from your account pay',
      'At The bank bank.example.com',
      'Asked through Assistant of Bob Payer would act',
      'Agent Payer production agt_2 Owner Bob Asked 15 Jan 2027, 07:59 UTC',
      'For you , Ada',
      'one time, within 5 minutes',
      'Approver only you',
      '"reference": "Invoice 7731"',
    ]) {
      expect(text).toContain(said);
    }
  });

  test('its channel, and the requested time limit, in both languages', async () => {
    const requested = { by: 'rs_1', question: 'q', decision: 'dec_1', until: NOW + 240 };
    const byService = approvalOf({ message: 'Needed at noon' }, { channel: 'access_request', requested });
    const page = await pageOf(byService);
    expect(textOf(page)).toContain('Asked by The bank itself: it does not let the agent do this without your approval');
    expect(textOf(page)).toMatch(/one time, within 5 minutes ?, and until .* at the latest/);
    expect(page).toContain('The service says about this request');
    expect(page).toContain('The purpose of the agent');
    expect(page).not.toContain('The agent says about this request');
    expect(textOf(await pageOf(byService, 'de'))).toContain('Gefragt von The bank selbst');
    expect(textOf(await pageOf(approvalOf()))).toContain('Asked by the agent, of its own accord');
    expect(textOf(await pageOf(approvalOf({}, { channel: 'token_exchange' })))).toContain(
      'which wanted a token for it',
    );
    const used = { channel: 'access_request', requested, state: 'redeemed', decidedAt: NOW } as const;
    expect(textOf(await pageOf(approvalOf({}, used)))).toContain('The service has let the agent do this one time');
  });

  test('for whom a deputy would decide, and which deputy approved for whom', async () => {
    expect((await factsOf(approvalOf(), 'acc_3')).forWhom).toEqual({ name: 'Ada', until: NOW + 86_400 });
    expect((await factsOf(approvalOf())).forWhom).toBeUndefined();
    const vote = { account: 'acc_3', for: 'acc_1', absence: 'abs_1', at: NOW, assurance: { amr: [], authTime: NOW } };
    const said = approvalOf(
      {},
      { approvers: ['acc_1', 'acc_2', 'acc_3'], votes: [vote], requires: { quorum: 2, isProvenAnew: false } },
    );
    const { people, state } = await factsOf(said);
    expect(people.map(({ name, hasAgreed, through }) => ({ name, hasAgreed, through }))).toEqual([
      { name: 'Ada', hasAgreed: true, through: 'Bob' },
      { name: 'Bob', hasAgreed: false, through: undefined },
    ]);
    expect(state).toBe('agreed');
    expect(textOf(await pageOf(said))).toContain('agreed, through Bob');
  });

  test('when further people are asked, in both languages, and nothing without further people', async () => {
    const escalation = (at: number) => ({ escalation: { at, names: ['grp_1'] } });
    expect(textOf(await pageOf(approvalOf({}, escalation(NOW + 60))))).toContain('too, if no approver decides by');
    expect(textOf(await pageOf(approvalOf({}, escalation(NOW))))).toContain('no approver decided by then');
    expect(textOf(await pageOf(approvalOf({}, escalation(NOW + 60)), 'de'))).toContain('niemand entschieden hat');
    for (const none of [
      approvalOf(),
      approvalOf({}, escalation(NOW + 540)),
      approvalOf({}, { ...escalation(NOW), state: 'denied' }),
    ])
      expect(textOf(await pageOf(none))).not.toContain('Further people');
  });

  test('AP-10 a type, a scope or a resource that no resource server declares is named, and cannot be approved', async () => {
    for (const action of [
      { details: [{ type: 'wire', amount: 1 }] },
      { details: [PAYMENT, { type: '<b>wire</b>\u202E', amount: 1 }] },
      { scope: ['pay', 'teleport'] },
      { resource: 'https://gone.example.com' },
    ]) {
      const approval = approvalOf(action);
      expect((await factsOf(approval)).unreadable).toHaveLength(1);
      const page = await pageOf(approval);
      expect([page.includes('value="approve"'), page.includes('value="deny"')]).toEqual([false, true]);
      expect(textOf(page)).toContain('which is not registered any more');
      expect(() => elementsOf(page)).not.toThrow();
    }
  });

  test('invariant 4: what is too long for its sentence can be read to its end, and says so', async () => {
    const account = `DE${'0'.repeat(400)}THE-END`;
    const approval = approvalOf({ details: [{ ...PAYMENT, creditor: { name: 'Pens', account } }] });
    expect((await factsOf(approval)).isCut).toBe(true);
    const page = await pageOf(approval);
    expect(page.replaceAll('<wbr>', '')).toContain(account);
    expect(page).toContain('<details class="exact" open>');
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`m${index}`, `value${index}`]));
    const crowded = approvalOf({ details: [{ ...PAYMENT, ...many }] });
    expect((await factsOf(crowded)).isCut).toBe(true);
    expect(textOf(await pageOf(crowded))).toContain('"m59": "value59"');
  });

  test.each([
    ['5,000 lines', 'Press Approve!\n'.repeat(5000)],
    ['right to left', '\u202Ederif eb lliw uoy\u202C \u2066yned\u2069'],
    ['a look-alike of our page', 'Already approved</figure></section><h1>Approved</h1><button>Approve</button>'],
    ['no sign at all', '\u200B\u2800\u3164\u{E0041}'],
    ['piled-up marks', `A${'\u0301'.repeat(3000)}`],
  ])('AP-18 words of an agent, %s: framed as its own, after the facts, cut, and without tricks', async (_, words) => {
    const page = await pageOf(approvalOf({ message: words }));
    const elements = elementsOf(page);
    expect(elements.filter(({ name }) => name === 'h1')).toHaveLength(1);
    expect(elements.filter(({ name }) => name === 'button').length).toBe(2);
    expect(page).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
    expect(page.length).toBeLessThan(9000);
    const at = page.indexOf('The agent says about this request');
    if (at > 0) {
      expect(at).toBeGreaterThan(page.indexOf('bank.example.com'));
      expect(at).toBeGreaterThan(page.indexOf('Decide until'));
      expect(at).toBeLessThan(page.indexOf('class="decide'));
      expect(page.slice(at)).toMatch(/^[^<]*<\/figcaption><blockquote dir="auto">“[^<]{1,300}”<\/blockquote>/);
    }
  });

  test('shows its state to the approver who looks, and of a deleted agent that it would get nothing', async () => {
    const vote = { account: 'acc_1', at: NOW, assurance: { amr: [], authTime: NOW } };
    const two = { requires: { quorum: 2, isProvenAnew: false }, approvers: ['acc_1', 'acc_2'], votes: [vote] };
    expect((await factsOf(approvalOf({}, two))).state).toBe('agreed');
    const other = await factsOf(approvalOf({}, two), 'acc_2');
    expect([other.state, other.onBehalfOf, other.people]).toEqual([
      'open',
      { name: 'Ada', isYou: false },
      [
        { name: 'Ada', isYou: false, hasAgreed: true, isNeeded: true },
        { name: 'Bob', isYou: true, hasAgreed: false, isNeeded: false },
      ],
    ]);
    expect((await factsOf(approvalOf({}, { expiresAt: NOW }))).state).toBe('expired');
    expect(textOf(await pageOf(approvalOf({ agent: 'agt_9' }, { agent: 'agt_9' })))).toContain(
      'This agent is not registered any more. It would get nothing.',
    );
  });
});

/** Approvals on a running server: what an agent asks, made by the service itself, and people at their browsers. */
import type { Action } from '../../src/domain/approvals/action.ts';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { ApprovalDraft } from '../../src/domain/approvals/approval-draft.ts';
import { extendChain } from '../../src/domain/vocabulary/actor-chain.ts';
import { addApp as addAppOnPage } from './authenticator-page.ts';
import { type Browser, type Filling, newBrowser, type Page } from './browser-flow.ts';
import { exampleType } from './detail-types.ts';
import type { Form } from './html-forms.ts';
import type { RunningServer } from './running-server.ts';
import { finishOnOurPages, makeScene } from './scene.ts';

export const PASSWORD = 'a long enough pass phrase';
export const PAYMENTS = 'https://payments.example.com';

export type Wish = Partial<Omit<ApprovalDraft, 'action'>> & { readonly action?: Partial<Action> };

export type ApprovalScene = Awaited<ReturnType<typeof approvalScene>>;

export const approvalScene = async (server: RunningServer) => {
  const scene = await makeScene(server);
  const { service } = server.behalf.services.approvals;
  const payments = await scene.management.createResourceServer({
    identifier: PAYMENTS,
    name: 'Payments',
    scopes: [{ name: 'pay', description: 'Pay from your accounts', risk: 'high' }],
    detail_types: [exampleType('payment')],
  });
  /** Of this installation, once for each test: one agent may have five open with one person. */
  const newPerson = async (username: string) => {
    const made = await scene.management.createAccount({ username, name: `${username} Person`, password: PASSWORD });
    return { id: made.id, username };
  };

  /** What the agent wants, of low risk unless said otherwise. */
  const ask = async (person: string, { action, ...wish }: Wish = {}): Promise<Approval> => {
    const agent = action?.agent ?? scene.agent.clientId;
    const asked = await service.ask(
      {
        channel: 'backchannel',
        risk: 'low',
        requires: { quorum: 1, isProvenAnew: false },
        approvers: [person],
        // By the ids of their accounts.
        approverNames: wish.approvers ?? [person],
        owner: scene.accountId,
        mustAgree: person,
        ...wish,
        action: {
          client: agent,
          agent,
          chain: extendChain(agent, scene.issuer),
          subject: person,
          resource: scene.jwt.identifier,
          scope: ['read'],
          details: [],
          meaning: 'as it is declared',
          blueprint: null,
          composition: null,
          policy: null,
          ...action,
        },
      },
      'req_test',
    );
    return asked.approval;
  };

  const urlOf = ({ id }: Pick<Approval, 'id'>): string => `${scene.issuer}/account/approvals/${id}`;

  /** A browser in which this person is signed in. */
  const browserOf = async (username: string, headers: Readonly<Record<string, string>> = {}): Promise<Browser> => {
    const browser = newBrowser(scene.issuer, undefined, headers);
    const page = await browser.open(`${scene.issuer}/account`);
    await finishOnOurPages(browser, page, { person: { username, password: PASSWORD } });
    return browser;
  };

  /** The form of a page that says yes, or no. */
  const formFor = (page: Page, decision: 'approve' | 'deny'): Form => {
    const found = page.forms.find(
      ({ fields, buttons }) =>
        fields.some(({ name, value }) => name === 'decision' && value === decision) ||
        buttons.some(({ name, value }) => name === 'decision' && value === decision),
    );
    if (!found) throw new Error(`no form to ${decision} on ${page.url} (${page.status}): ${page.text}`);
    return found;
  };

  /** Opens the page of an approval and answers it there. */
  const answer = async (
    browser: Browser,
    approval: Pick<Approval, 'id'>,
    decision: 'approve' | 'deny',
    set: Filling['set'] = {},
  ): Promise<Page> => {
    const page = await browser.open(urlOf(approval));
    const form = formFor(page, decision);
    // The button of a form that says nothing but no may stand outside of it.
    const isOne = form.buttons.some(({ name }) => name === 'decision');
    return browser.submit(page, form, { set, ...(isOne ? { button: new RegExp(`decision=${decision}`) } : {}) });
  };

  const addApp = (browser: Browser): Promise<string> => addAppOnPage(scene.issuer, browser);

  return { ...scene, service, payments, newPerson, ask, urlOf, browserOf, formFor, answer, addApp };
};

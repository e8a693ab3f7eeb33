/** The shared parts of pages in their states, for the styleguide. */
import { type HtmlValue, html } from '../html.ts';
import { agentCard, agentDetails, environmentTag, verifiedTag } from '../partials/agent-card.ts';
import { agentRows, lastUse } from '../partials/agent-rows.ts';
import { AGENT_STATE_KINDS, stateTag } from '../partials/agent-state.ts';
import { agentsWords, deedLine, deedList, deeds, deedTitle, facts } from '../partials/approval-facts.ts';
import { slotNote } from '../partials/approver-slot.ts';
import { breakGlassNote } from '../partials/break-glass.ts';
import { browserText } from '../partials/browser-text.ts';
import { commaList, factList, postButton, registeredState, table } from '../partials/console-list.ts';
import { checkbox, choice, textArea } from '../partials/controls.ts';
import { copyButton } from '../partials/copy-button.ts';
import { eventRun } from '../partials/event-run.ts';
import { field } from '../partials/field.ts';
import { flash } from '../partials/flash.ts';
import { icon } from '../partials/icon.ts';
import { itemList } from '../partials/item-list.ts';
import { lossList } from '../partials/losses.ts';
import { notificationChoices } from '../partials/notification-choices.ts';
import { formSection } from '../partials/object-form.ts';
import { headActions } from '../partials/object-page.ts';
import { pagination } from '../partials/pagination.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { differenceText, policyLines, sourceText } from '../partials/policy-text.ts';
import { qrCode } from '../partials/qr-code.ts';
import { rawText } from '../partials/raw-text.ts';
import { savedViews } from '../partials/saved-views.ts';
import { riskBadge } from '../partials/scope-list.ts';
import { rememberForm, standingList } from '../partials/standing-approval.ts';
import { submit } from '../partials/submit.ts';
import { typedConfirmation } from '../partials/typed-confirmation.ts';
import { foldedWarnings } from '../partials/warnings.ts';
import { consentWarnings } from '../words/consent.ts';
import { notificationKinds } from '../words/notification-kinds.ts';
import { styleguideSamples as samples, styleguideWords as words } from '../words/styleguide.ts';
import { chartsParts } from './styleguide-charts.ts';
import { rightsParts } from './styleguide-rights.ts';

const { noon, planner, payer, approval, deletion, scopes } = samples;

type Parts = Readonly<Record<string, readonly HtmlValue[]>>;
/** Buttons and fields. */
const controlsParts = () =>
  ({
    submit: (['primary', 'plain', 'danger', 'destructive', 'quiet'] as const).map((kind) =>
      submit({ text: words.buttons[kind], kind }),
    ),
    flash: (['success', 'notice', 'warning', 'error'] as const).map((kind) => flash({ kind, text: words.running })),
    field: [
      field({
        name: 'sg-a',
        label: words.label,
        hint: words.hint,
        value: planner.name,
        autocomplete: 'off',
        maxLength: 80,
      }),
      field({
        name: 'sg-b',
        label: words.label,
        error: words.error,
        value: payer.name,
        autocomplete: 'off',
        maxLength: 80,
      }),
      field({ name: 'sg-c', label: words.label, code: true, value: '481 730', autocomplete: 'off', maxLength: 80 }),
      field({
        name: 'sg-d',
        label: words.label,
        type: 'date',
        value: '2026-11-30',
        autocomplete: 'off',
        maxLength: 10,
      }),
    ],
    textArea: [
      textArea({ name: 'sg-e', label: words.label, hint: words.hint, value: planner.purpose, rows: 3, maxLength: 200 }),
      textArea({
        name: 'sg-f',
        label: words.label,
        error: words.error,
        value: '{}',
        rows: 2,
        maxLength: 200,
        code: true,
      }),
    ],
    choice: [
      choice({
        name: 'sg-g',
        label: words.label,
        value: '2',
        options: [
          { value: '1', text: words.one },
          { value: '2', text: words.two },
        ],
      }),
    ],
    checkbox: [true, false].map((isChecked, index) =>
      checkbox({ name: `sg-h${index}`, label: words.label, isChecked }),
    ),
    typedConfirmation: [typedConfirmation({ name: planner.name, value: '', error: words.error })],
    notificationChoices: [
      notificationChoices({
        ...{ action: '#', csrf: '', channels: ['mail', 'push'] },
        kinds: [
          { kind: 'sg-1', ...notificationKinds['approval.requested'], in: { mail: 'on', push: 'off' } },
          { kind: 'sg-2', ...notificationKinds['factor.added'], in: { mail: 'fixed', push: 'on' } },
        ],
      }),
    ],
    postButton: [postButton('#', '', submit({ text: words.button, kind: 'plain' }))],
    passkeyForm: [
      passkeyForm({
        kind: 'get',
        action: '#',
        options: '{}',
        button: words.button,
        look: 'primary',
        fields: undefined,
        without: html`<p>${words.running}</p>`,
      }),
    ],
  }) satisfies Parts;

/** Agents, and states of objects. */
const agentsParts = () =>
  ({
    riskBadge: scopes.map(({ risk }) => riskBadge(risk, risk === 'high')),
    stateTag: [...AGENT_STATE_KINDS.map((state) => stateTag(state)), stateTag('active', true)],
    environmentTag: (['production', 'test', 'development'] as const).map(environmentTag),
    verifiedTag: [verifiedTag],
    registeredState: (['active', 'disabled', 'retired'] as const).map(registeredState),
    agentCard: [agentCard(planner), agentCard(payer)],
    agentDetails: [agentDetails(planner)],
    agentRows: [
      agentRows([
        { ...planner, state: 'active', href: '#', isStopped: false, ownerName: samples.person, lastUsedAt: noon },
        { ...payer, state: 'suspended', href: '#', isStopped: false, ownerName: samples.person },
        { ...planner, state: 'active', href: '#', isStopped: true, ownerName: samples.person },
      ]),
    ],
    lastUse: [lastUse(noon), lastUse(undefined)],
    browserText: [browserText(samples.browser), browserText()],
  }) satisfies Parts;

/** Approvals, and what stands around them. */
const approvalsParts = () =>
  ({
    deeds: [deeds(approval), deeds(deletion)],
    deedList: [deedList(approval), deedList(deletion)],
    deedLine: [deedLine(approval), deedLine(deletion)],
    deedTitle: [deedTitle(approval), deedTitle(deletion)],
    facts: [facts(approval), facts(approval, 'folded'), facts({ ...deletion, state: 'approved' })],
    agentsWords: [agentsWords(approval)],
    slotNote: [
      slotNote({ value: '', others: [{ href: '#', name: samples.person }] }),
      slotNote({ value: '', away: { name: samples.person, until: noon }, others: [{ href: '#' }] }),
    ],
    foldedWarnings: [foldedWarnings([consentWarnings.answerStaysHere, consentWarnings.deceptiveName])],
    breakGlassNote: [
      breakGlassNote({ reason: samples.reason, isBreakGlass: false, href: '#' }),
      breakGlassNote({ reason: samples.reason, isBreakGlass: true, href: '#' }),
    ],
    rememberForm: [rememberForm({ action: '#', csrf: '', amount: 1250 })],
    standingList: [
      standingList([
        {
          approval,
          uses: 2,
          mostUses: 5,
          sum: { spent: 2500, most: 5000 },
          until: noon + 86_400,
          endAction: '#',
          csrf: '',
        },
      ]),
    ],
  }) satisfies Parts;

/** Tables, lists and texts. */
const listsParts = () =>
  ({
    table: [
      table<string>(
        [
          { title: words.label, cell: (name) => name },
          { title: words.one, cell: () => 1 },
        ],
        [planner.name, payer.name],
      ),
    ],
    headActions: [1, 4].map((count) =>
      headActions(
        [],
        Array.from({ length: count }, () => ({ text: words.button, href: '#' })),
        planner.name,
      ),
    ),
    formSection: [
      formSection({
        title: words.label,
        hint: words.hint,
        controls: [
          { name: 'sg-k', label: words.label, look: { kind: 'line', maxLength: 80 }, value: [planner.name] },
          {
            ...{ name: 'sg-l', label: words.label, hint: words.hint, error: words.error, value: ['a'] },
            look: {
              kind: 'many',
              options: [
                { value: 'a', text: planner.name },
                { value: 'b', text: payer.name },
              ],
            },
          },
          { name: 'sg-m', label: words.label, look: { kind: 'flag' }, value: ['yes'] },
        ],
      }),
      formSection({
        title: words.parts,
        isFolded: true,
        controls: [{ name: 'sg-n', label: words.label, look: { kind: 'flag' }, value: [] }],
      }),
    ],
    factList: [
      factList([
        [words.label, planner.name],
        [words.one, 1],
      ]),
    ],
    lossList: [lossList([{ kind: 'grants', count: 100, isMore: true }]), lossList([])],
    commaList: [commaList([planner.name, payer.name]), commaList([])],
    pagination: [pagination({ firstHref: '#', nextHref: '#' }, words.parts)],
    policyLines: [
      policyLines([
        { id: 'low-risk', effect: 'permit', reason: samples.policyReason, conditions: [words.one] },
        { id: 'no-admin', effect: 'forbid', conditions: [] },
      ]),
    ],
    rawText: [rawText(samples.policy.split('\n'), words.label)],
    sourceText: [sourceText(samples.policy, words.sample)],
    differenceText: [
      differenceText({
        from: 1,
        to: 2,
        lines: [
          { kind: 'same', text: 'permit (' },
          { kind: 'removed', text: '  principal,' },
          { kind: 'added', text: samples.policyLine },
          undefined,
        ],
      }),
      differenceText({ from: 1, to: 2, lines: [] }),
    ],
    copyButton: [html`<p>${copyButton(planner.id)}</p>`],
    savedViews: [savedViews('#')],
    eventRun: [
      eventRun(html`<span class="outcome granted">${words.sample}</span>`, [{ at: noon }]),
      eventRun(html`<span class="outcome granted">${words.sample}</span>`, [
        { at: noon },
        { at: noon - 60, txn: samples.link },
      ]),
    ],
    icon: (['computer', 'phone', 'key', 'shield'] as const).map((name) => icon(name)),
    itemList: [
      itemList([
        {
          ...{ icon: 'phone', title: words.label, tags: verifiedTag, facts: [words.running] },
          acts: submit({ text: words.button, kind: 'plain' }),
        },
        { icon: 'key', title: words.one, facts: [] },
      ]),
    ],
    qrCode: [qrCode(samples.link, words.sample)],
  }) satisfies Parts;

/** Each shared part of pages in its states, by its group and export name. A test fails when one is missing. */
export const styleguideGroups = () => ({
  controls: controlsParts(),
  agents: agentsParts(),
  rights: rightsParts(),
  approvals: approvalsParts(),
  lists: listsParts(),
  charts: chartsParts(),
});

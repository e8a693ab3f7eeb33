import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { notificationGroups } from '../words/notification-kinds.ts';
import { notificationsWords as words } from '../words/notifications.ts';
import { submit } from './submit.ts';

export type ChoiceChannel = 'mail' | 'push';

/** A kind in a channel. `fixed`: always sent there. Absent: never. */
type InChannel = 'on' | 'off' | 'fixed';

export type KindChoice = {
  readonly kind: string;
  readonly group: keyof typeof notificationGroups;
  readonly text: Phrase;
  readonly in: Readonly<Partial<Record<ChoiceChannel, InChannel>>>;
};

/** The form POSTs `csrf`, `shown` with each kind and channel that it offers, and `on` with the ticked ones. */
export type NotificationChoicesModel = {
  readonly action: string;
  readonly csrf: string;
  /** Those that this server has. */
  readonly channels: readonly ChoiceChannel[];
  readonly kinds: readonly KindChoice[];
};

/** Of what a person is notified, by kind and channel: a box for each, by group. */
export const notificationChoices = ({ action, csrf, channels, kinds }: NotificationChoicesModel): Html =>
  html`<section aria-labelledby="kinds"><h2 id="kinds">${words.kinds}</h2>
<p class="hint">${words.choose}</p>
<form method="post" action="${action}" class="kinds"><input type="hidden" name="csrf" value="${csrf}">
${[...Map.groupBy(kinds, ({ group }) => group)].map(([group, some], index) => groupOf(group, some, channels, index === 0))}
<div class="actions">${submit({ text: words.saveKinds })}</div></form></section>`;

const groupOf = (
  group: KindChoice['group'],
  kinds: readonly KindChoice[],
  channels: readonly ChoiceChannel[],
  isOpen: boolean,
): Html => {
  const off = kinds.flatMap((one) => channels.filter((channel) => one.in[channel] === 'off')).length;
  return html`<details class="card"${isOpen && html` open`}><summary>${notificationGroups[group]} <span class="hint">${words.kindsIn(kinds.length, off)}</span></summary>
<ul class="kind-list">${kinds.map((one) => html`<li><span id="kind-${one.kind}">${one.text}</span><span class="kind-boxes">${channels.map((channel) => boxOf(one, channel))}</span></li>`)}</ul></details>`;
};

const boxOf = ({ kind, in: states }: KindChoice, channel: ChoiceChannel): HtmlValue => {
  const state = states[channel];
  if (state === undefined) return html`<span class="kind-box none"></span>`;
  const id = `on-${channel}-${kind}`;
  const value = `${channel} ${kind}`;
  const label = html`<label for="${id}">${words.channels[channel]}</label>`;
  return state === 'fixed'
    ? html`<span class="kind-box"><input type="checkbox" id="${id}" checked disabled aria-describedby="kind-${kind}">${label}</span>`
    : html`<span class="kind-box"><input type="hidden" name="shown" value="${value}"><input type="checkbox" id="${id}" name="on" value="${value}" aria-describedby="kind-${kind}"${state === 'on' && html` checked`}>${label}</span>`;
};

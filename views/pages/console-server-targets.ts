import { cellText, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { type Column, table } from '../partials/console-list.ts';
import { copyButton } from '../partials/copy-button.ts';
import { type Risk, riskBadge } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { serverTargetWords as words } from '../words/server-targets.ts';

/** A scope of another API that a resource server asks its callers for. */
export type ServerTarget = {
  readonly resource: string;
  readonly scope: string;
  /** Name and page of the other API. Absent: it does not exist. */
  readonly api?: { readonly name: string; readonly href: string };
  /** As the other API declares it. Absent: it does not declare it. */
  readonly declared?: { readonly description: string; readonly risk: Risk };
  /** Why it has no effect although it is accepted, or would have none. */
  readonly without?: keyof typeof words.effects;
  readonly proposed: { readonly by: string; readonly at: number };
  /** Absent: it waits for acceptance. */
  readonly accepted?: { readonly by: string; readonly at: number };
  /** Why the viewer may not accept it. Absent: the viewer may, if `accept` is present. */
  readonly bar?: keyof typeof words.bars;
};

export type ServerTargets = {
  readonly targets: readonly ServerTarget[];
  /** Version of the resource server that the page shows. */
  readonly version: number;
  /** Targets of the forms. Absent: not permitted to the viewer. */
  readonly accept?: string;
  readonly withdraw?: string;
  /** Shown for use on the command line. Absent: not permitted to the viewer. */
  readonly proposeCommand?: string;
};

const COLUMNS = (model: ServerTargets, csrf: string): readonly Column<ServerTarget>[] => [
  {
    title: words.scope,
    cell: ({ scope, declared }) =>
      html`<span>${declared && cellText(declared.description, 160)}</span> <code>${plainText(scope, 128)}</code> ${declared && riskBadge(declared.risk)}`,
  },
  {
    title: words.api,
    cell: ({ resource, api }) =>
      html`${api && html`<a href="${api.href}">${isolated(api.name)}</a>`} <code>${plainText(resource, 300)}</code>`,
  },
  {
    title: words.state,
    cell: ({ proposed, accepted, without }) => html`<span class="tag ${accepted && !without ? 'good' : 'off'}">${
      accepted ? words.states.accepted : words.states.proposed
    }</span>${without && html` <span class="line">${words.effects[without]}</span>`}
<span class="line hint">${words.proposedBy(isolated(proposed.by, 80), timeText(proposed.at))}</span>${
      accepted &&
      html`<span class="line hint">${words.acceptedBy(isolated(accepted.by, 80), timeText(accepted.at))}</span>`
    }`,
  },
  { title: words.actions, isActions: true, cell: (target) => actions(target, model, csrf) },
];

const actions = (target: ServerTarget, { accept, withdraw, version }: ServerTargets, csrf: string): Html => {
  const { resource, scope, accepted, bar, without } = target;
  const about = plainText(`${scope} ${resource}`, 120);
  const form = (action: string, button: Html): Html =>
    html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="version" value="${version}"><input type="hidden" name="resource" value="${resource}"><input type="hidden" name="scope" value="${scope}">${button}</form>`;
  const waits = accept !== undefined && !accepted;
  return html`${waits && bar && html`<p class="hint">${words.bars[bar]}</p>`}<div class="actions">${
    waits && !bar && !without && form(accept, submit({ text: words.accept, about }))
  }${withdraw !== undefined && form(withdraw, submit({ text: words.withdraw, kind: 'danger', about }))}</div>`;
};

/** The part of the page of a resource server about other APIs. */
export const serverTargets = (model: ServerTargets, csrf: string): Html => {
  const columns = COLUMNS(model, csrf);
  const shown = model.withdraw === undefined ? columns.slice(0, -1) : columns;
  return html`<section aria-labelledby="delegates-to"><h2 id="delegates-to">${words.title}</h2><p class="lead">${words.lead}</p>
${model.targets.length === 0 ? html`<p class="empty">${words.none}</p>` : table(shown, model.targets, 'delegates-to')}${
  model.proposeCommand !== undefined &&
  html`<p class="hint">${words.propose(model.proposeCommand)} ${copyButton(model.proposeCommand)}</p>`
}</section>`;
};

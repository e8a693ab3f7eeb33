import { isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { notificationsWords } from '../words/notifications.ts';
import { activity } from './account-activity.ts';
import { agents } from './account-agents.ts';
import { clients } from './account-clients.ts';
import type { AccountModel } from './account-model.ts';

export type { AccountModel, ActivityEntry, ClientAccess, DelegationNode } from './account-model.ts';

export const accountPage = (model: AccountModel): Html =>
  layout({
    frame: model,
    title: 'My account',
    width: 'wide',
    body: html`<div class="page-head"><h1>My account</h1>
<p class="lead">${isolated(model.account.name)} · ${isolated(model.account.username)}${model.account.email !== undefined && html` · ${isolated(model.account.email)}`} · <a href="${model.basePath}/account/approvals">Approvals${model.openApprovals > 0 && html` (${model.openApprovals} open)`}</a> · <a href="${model.basePath}/account/security">Sign-in and security</a>${model.hasNotifications && html` · <a href="${model.basePath}/account/notifications">${notificationsWords.title}</a>`} · <a href="${model.basePath}/console">Agents I answer for</a></p></div>
${
  model.openApprovals > 0 &&
  html`<div class="flash warning"><strong>${model.openApprovals === 1 ? 'An agent waits for your decision.' : `${model.openApprovals} requests of agents wait for your decision.`}</strong> <a href="${model.basePath}/account/approvals">Look at ${model.openApprovals === 1 ? 'it' : 'them'}</a></div>`
}
${agents(model)}
${clients(model)}
${activity(model)}`,
  });

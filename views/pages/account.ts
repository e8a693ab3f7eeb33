import { isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { accountPlaceWords, accountWords as words } from '../words/account.ts';
import { agents } from './account-agents.ts';
import { clients } from './account-clients.ts';
import { links } from './account-links.ts';
import type { AccountModel } from './account-model.ts';
import { offers } from './account-offers.ts';
import { ownReview } from './account-own-review.ts';
import { newOwners } from './new-owner.ts';

export type { AccountModel, DelegationNode } from './account-model.ts';

export const accountPage = (model: AccountModel): Html =>
  layout({
    frame: model,
    title: accountPlaceWords.places.agents,
    style: 'account.css',
    width: 'wide',
    side: accountNavigation(model, 'agents'),
    body: html`<div class="page-head"><h1>${accountPlaceWords.places.agents}</h1>
<p class="lead">${isolated(model.account.name)} · ${isolated(model.account.username)}${model.account.email !== undefined && html` · ${isolated(model.account.email)}`}</p></div>
${
  model.openApprovals > 0 &&
  html`<div class="flash warning"><strong>${words.waiting(model.openApprovals)}</strong> <a href="${model.basePath}/account/approvals">${words.look(model.openApprovals)}</a></div>`
}
${offers(model.offers)}
${newOwners(model.newOwners)}
${ownReview(model.asked, model.csrf)}
${agents(model)}
${clients(model)}
${links(model)}`,
  });

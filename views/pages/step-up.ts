import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { hostOf, type ResourceFacts } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { stepUpWords as words } from '../words/step-up.ts';

/** The form POSTs `csrf` and `decision` (`decline`, `sign_in` or `confirm`) to `action`. */
export type StepUpModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  /** Who asks for it. The party that registered it chose the name. */
  readonly party: { readonly name: string; readonly isAgent: boolean };
  readonly resource: ResourceFacts;
  /** Name of the client that the person uses. Its registration chose it. */
  readonly client: string;
  readonly needsFactor: boolean;
  /** `confirm`: the sign-in is enough. `without_factor`: the account cannot reach the class. */
  readonly next: 'confirm' | 'sign_in' | 'without_factor';
  /** How long the confirmed sign-in counts. */
  readonly minutes: number;
  /** Where a second factor is added. */
  readonly securityHref: string;
};

/** Who asks for what, then two answers of the same size. Enter triggers the first button: decline. */
export const stepUpPage = (model: StepUpModel): Html => {
  const { party, resource, client, next } = model;
  return layout({
    frame: model,
    style: 'decisions.css',
    title: words.title,
    bare: true,
    body: html`<section class="card deciding">
<div class="ask-head"><h1 class="headline">${words.heading(html`<strong>${chosenName(party.name)}</strong>`)}</h1>
<p class="lead">${model.needsFactor ? words.wants.factor : words.wants.recent}</p></div>
<dl class="facts">
<div><dt>${words.asks}</dt><dd>${chosenName(party.name)}${party.isAgent && html` <span class="tag">${words.isAgent}</span>`}</dd></div>
<div><dt>${words.at}</dt><dd>${isolated(resource.name)} <span class="where">${hostOf(resource.identifier)}</span></dd></div>
<div><dt>${words.through}</dt><dd>${chosenName(client)}</dd></div>
</dl>
<p class="flash notice">${words.onlyIfYou(chosenName(client))}</p>
<p class="hint">${words.whatFollows(model.minutes)}</p>
${next === 'sign_in' && html`<p>${words.signInFirst}</p>`}
${next === 'without_factor' && html`<div class="flash error" role="alert">${words.withoutFactor} <a href="${model.securityHref}">${words.addFactor}</a></div>`}
<form method="post" action="${model.action}" class="flat"><input type="hidden" name="csrf" value="${model.csrf}">
<div class="decide stay">
${submit({ text: words.decline, kind: 'plain', name: 'decision', value: 'decline' })}
${next === 'confirm' && submit({ text: words.confirm, kind: 'primary', name: 'decision', value: 'confirm' })}
${next === 'sign_in' && submit({ text: words.signIn, kind: 'primary', name: 'decision', value: 'sign_in' })}
</div></form></section>`,
  });
};

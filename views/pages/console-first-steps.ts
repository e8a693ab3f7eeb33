import { chosenName } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { commandBlock } from '../partials/command-block.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { submit } from '../partials/submit.ts';
import { firstStepsWords as words } from '../words/console-first-steps.ts';

export type FirstStep = {
  readonly kind: keyof typeof words.steps;
  readonly state: 'done' | 'next' | 'later';
  /** Link of the button; only the next step shows one. */
  readonly href: string;
};

export type FirstSteps = {
  readonly steps: readonly FirstStep[];
  /** The form POSTs `csrf` to it. Absent: no button to hide the steps. */
  readonly hideAction?: string;
};

/** What an agent needs for its first token, as text to copy. */
export type FirstCommands = {
  readonly agent: string;
  readonly api: string;
  readonly authorizationHref: string;
  readonly exchange: string;
  readonly run: string;
  readonly program: string;
};

export type FirstStepsModel = ConsoleFrame & {
  readonly firstSteps: FirstSteps;
  /** Absent: an agent or an API is missing. */
  readonly commands?: FirstCommands;
  readonly agentsHref: string;
};

/** The steps with their state. One of them has a button: the next one. */
export const firstStepList = ({ steps, hideAction }: FirstSteps, csrf: string, isHere = false): Html =>
  html`<ol class="steps">${steps.map(({ kind, state, href }, index) => {
    const step = words.steps[kind];
    return html`<li class="step ${state}"><span class="mark" aria-hidden="true">${state === 'done' ? '✓' : index + 1}</span><div><h3>${step.name} <span class="${state === 'next' ? 'state' : 'unseen'}">${words[state]}</span></h3>
<p>${step.what}</p>${state === 'next' && !(isHere && href.includes('#')) && html`<p><a class="button primary" href="${href}">${step.button}</a></p>`}</div></li>`;
  })}</ol>${
    hideAction !== undefined &&
    html`<form method="post" action="${hideAction}" class="hide"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.hide, kind: 'quiet' })}</form>`
  }`;

export const progressOf = (steps: readonly FirstStep[]): Phrase =>
  words.progress(steps.filter(({ state }) => state === 'done').length, steps.length);

export const firstStepsPage = (model: FirstStepsModel): Html => {
  const { firstSteps, commands, csrf } = model;
  const isDone = firstSteps.steps.every(({ state }) => state === 'done');
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['charts.css', 'commands.css'],
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'overview', false),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${isDone ? words.allDone : words.lead}</p></div>
<section aria-labelledby="steps" class="card"><h2 id="steps">${progressOf(firstSteps.steps)}</h2>
${firstStepList(firstSteps, csrf, true)}
<p class="hint">${words.commandLine}</p></section>
<section aria-labelledby="commands" id="try" class="commands"><h2 id="commands">${words.tryIt}</h2>
${commands ? shown(commands) : html`<p class="empty">${words.noCommands(model.agentsHref)}</p>`}</section>`,
  });
};

const shown = ({ agent, api, authorizationHref, exchange, run, program }: FirstCommands): Html =>
  html`<p>${words.about(chosenName(agent), chosenName(api))} ${words.keyFile}</p>
<div class="card"><h3>${words.withCurl}</h3>
<p>${words.openFirst}</p>
<p><a class="button plain" href="${authorizationHref}">${words.openLink}</a></p>
<p>${words.thenCode}</p>
<p>${words.exchange}</p>
${commandBlock(exchange, words.blocks.exchange)}</div>
<div class="card"><h3>${words.withTypeScript}</h3>
<p>${words.saveAs}</p>
${commandBlock(program, words.blocks.program)}
${commandBlock(run, words.blocks.run)}</div>`;

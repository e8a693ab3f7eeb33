import { englishText, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, factList, table } from '../partials/console-list.ts';
import { agoText, numberPhrase, secondText, timeText } from '../time-text.ts';
import { deadLetterWords } from '../words/console-dead-letters.ts';
import { healthWords as words } from '../words/console-health.ts';

type NodeRow = {
  readonly id: string;
  readonly host: string;
  readonly process: number;
  readonly lastHeartbeatAt: number;
  readonly state: keyof typeof words.nodeStates;
  readonly isThis: boolean;
};

type BackupRow = { readonly name: string; readonly bytes: number; readonly createdAt: number };

type Backlog = { readonly count: number; readonly isMore: boolean };

export type HealthModel = ConsoleFrame & {
  readonly issuer: string;
  readonly version: string;
  readonly nodeVersion: string;
  readonly mode: keyof typeof words.modes;
  readonly startedAt: number;
  /** Epoch seconds, by the clock of the node that answers. */
  readonly now: number;
  readonly clock: keyof typeof words.clockStates;
  readonly isReady: boolean;
  /** English texts. */
  readonly problems: readonly { readonly check: string; readonly reason: string }[];
  readonly stores: { readonly document: keyof typeof words.noBackupYet; readonly ephemeral: keyof typeof words.stores };
  /** In bytes; absent when the store is no file. */
  readonly volume?: { readonly size: number; readonly free: number; readonly reserve: number };
  readonly nodes: readonly NodeRow[];
  readonly waiting: Backlog;
  readonly dead: Backlog;
  /** Absent: not permitted to the viewer. */
  readonly deadHref?: string;
  readonly checkpoint?: { readonly number: number; readonly at: number };
  readonly streams: number;
  /** `failing`: ids. `backlog`: events that sinks have not acknowledged, of all together. */
  readonly sinks: { readonly count: number; readonly failing: readonly string[]; readonly backlog: number };
  readonly mismatchFoundAt?: number;
  readonly allEndedBefore?: number;
  readonly backedUpAt?: number;
  readonly restoredAt?: number;
  /** Absent when the store is no file. */
  readonly backupFolder?: string;
  readonly backups: readonly BackupRow[];
  /** The file that is being written. */
  readonly backupRunning?: string;
  /** Why the last backup failed; an English text. */
  readonly backupFailure?: string;
  /** Absent: not permitted to the viewer, or no backup is possible. */
  readonly backUpHref?: string;
};

const mark = (isGood: boolean, text: HtmlValue): Html =>
  html`<span class="tag ${isGood ? 'good' : 'warn'}">${text}</span>`;

const NODES: readonly Column<NodeRow>[] = [
  {
    title: words.nodeId,
    cell: ({ id, isThis }) =>
      html`<code>${plainText(id, 100)}</code>${isThis && html` <span class="hint">${words.thisNode}</span>`}`,
  },
  { title: words.state, cell: ({ state }) => mark(state === 'serving', words.nodeStates[state]) },
  {
    title: words.machine,
    cell: ({ host, process }) =>
      words.process(html`<span class="long">${plainText(host, 100)}</span>`, String(process)),
  },
  { title: words.heartbeat, cell: ({ lastHeartbeatAt }) => agoText(lastHeartbeatAt) },
];

const MEBIBYTE = 1024 * 1024;
const mebibytes = (bytes: number) => numberPhrase(Math.round((bytes / MEBIBYTE) * 10) / 10);

const BACKUPS: readonly Column<BackupRow>[] = [
  { title: words.file, cell: ({ name }) => html`<code>${plainText(name, 100)}</code>` },
  { title: words.size, cell: ({ bytes }) => words.mebibytes(mebibytes(bytes)) },
  { title: words.made, cell: ({ createdAt }) => timeText(createdAt) },
];

export const healthPage = (model: HealthModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'server'),
    body: html`<div class="page-head"><div class="row"><h1>${words.title}</h1>${
      model.backUpHref !== undefined && html`<a class="button primary" href="${model.backUpHref}">${words.backUp}</a>`
    }</div>
<p class="lead">${words.lead(html`<code>${plainText(model.issuer, 300)}</code>`)}</p></div>
${health(model)}
${!model.isReady && readiness(model)}
<section aria-labelledby="nodes"><h2 id="nodes">${words.nodes}</h2>
<p class="hint">${words.nodesHint}</p>
${model.nodes.length === 0 ? html`<p class="empty">${words.noNodes}</p>` : table(NODES, model.nodes, 'nodes')}</section>
${backups(model)}
<section aria-labelledby="facts" class="card"><h2 id="facts">${words.facts}</h2>${versions(model)}</section>
<p class="hint">${words.guide}</p>`,
  });

const readiness = ({ problems }: HealthModel): Html =>
  html`<div class="flash warning"><p>${words.notReadyText}</p>${
    problems.length > 0 &&
    html`<ul>${problems.map(({ check, reason }) => html`<li><code>${plainText(check, 40)}</code>: ${englishText(reason, 400)}</li>`)}</ul>`
  }</div>`;

const versions = ({ version, nodeVersion, mode, startedAt, stores, allEndedBefore }: HealthModel): Html =>
  factList([
    [words.version, plainText(version, 40)],
    [words.node, plainText(nodeVersion, 40)],
    [words.mode, words.modes[mode]],
    [words.since, timeText(startedAt)],
    [words.documents, words.stores[stores.document]],
    [words.ephemeral, words.stores[stores.ephemeral]],
    [words.ended, allEndedBefore === undefined ? words.never : timeText(allEndedBefore)],
  ]);

const counted = ({ count, isMore }: Backlog): HtmlValue => words.counted(numberPhrase(count), isMore);

type Part = { readonly name: Phrase; readonly text: HtmlValue; readonly isGood: boolean };

const notificationPart = ({ waiting, dead, deadHref }: HealthModel): Part => ({
  name: words.notifications,
  isGood: dead.count === 0,
  text: [
    dead.count === 0 ? words.noDead : words.dead(counted(dead)),
    html`; ${waiting.count === 0 ? words.noWaiting : words.waiting(counted(waiting))}`,
    dead.count > 0 && deadHref !== undefined && html`. <a href="${deadHref}">${deadLetterWords.title}</a>`,
  ],
});

const auditPart = ({ checkpoint, streams, mismatchFoundAt }: HealthModel): Part => ({
  name: words.auditLog,
  isGood: mismatchFoundAt === undefined,
  text:
    mismatchFoundAt === undefined
      ? checkpoint
        ? words.checkpointOf(numberPhrase(checkpoint.number), agoText(checkpoint.at), numberPhrase(streams))
        : words.noCheckpoint
      : words.mismatch(timeText(mismatchFoundAt)),
});

const sinkPart = ({ sinks, sees, basePath }: HealthModel): Part => ({
  name: words.auditSinks,
  isGood: sinks.failing.length === 0,
  text:
    sinks.count === 0
      ? html`${words.noSinks}${sees.includes('audit-sinks') && html` <a href="${basePath}/console/audit-sinks">${words.auditSinks}</a>`}`
      : html`${words.sinks(numberPhrase(sinks.count), numberPhrase(sinks.backlog))}${
          sinks.failing.length > 0 &&
          words.sinksFailing(
            sinks.failing.map(
              (id, at) =>
                html`${at > 0 && ', '}${
                  sees.includes('audit-sinks')
                    ? html`<a href="${basePath}/console/audit-sinks/${encodeURIComponent(id)}">${plainText(id, 40)}</a>`
                    : html`<code>${plainText(id, 40)}</code>`
                }`,
            ),
          )
        }`,
});

/** What an operator looks for, with a colour and a word each: the parts of the server that may need attention. */
const partsOf = (model: HealthModel): readonly Part[] => {
  const { nodes, volume, clock, isReady, problems, stores, backedUpAt, backupFailure } = model;
  const serving = nodes.filter(({ state }) => state === 'serving').length;
  return [
    {
      name: words.requests,
      isGood: isReady,
      text: isReady ? words.checksPass : words.checksFail(numberPhrase(problems.length)),
    },
    {
      name: words.cluster,
      isGood: serving === nodes.length,
      text: nodes.length === 0 ? words.noNodes : words.servingOf(numberPhrase(serving), numberPhrase(nodes.length)),
    },
    notificationPart(model),
    auditPart(model),
    sinkPart(model),
    ...(volume
      ? [
          {
            name: words.volume,
            isGood: volume.reserve > 0,
            text: html`${words.free(mebibytes(volume.free), mebibytes(volume.size))}${volume.reserve > 0 ? words.reserve(mebibytes(volume.reserve)) : words.released}`,
          },
        ]
      : []),
    {
      name: words.clock,
      isGood: clock === 'steady',
      text: html`${secondText(model.now)}, ${words.clockStates[clock]}`,
    },
    {
      name: words.backups,
      isGood: backedUpAt !== undefined && backupFailure === undefined,
      text:
        backedUpAt === undefined
          ? words.noBackupYet[stores.document]
          : words.backedUpAgo(words.stores[stores.document], agoText(backedUpAt)),
    },
  ];
};

/** One verdict, then the parts: those that need attention come first and alone have a mark. */
const health = (model: HealthModel): Html => {
  const parts = partsOf(model);
  const bad = parts.filter(({ isGood }) => !isGood);
  const verdict = bad.length === 0 ? words.allWell : words.someNot(bad.length);
  return html`<section aria-labelledby="health"><h2 id="health" class="overall${bad.length > 0 && ' look'}">${model.isReady ? verdict : html`${words.notReady}: ${verdict}`}</h2>
<ul class="card flush health">${[...bad, ...parts.filter(({ isGood }) => isGood)].map(
    ({ name, text, isGood }) =>
      html`<li${!isGood && html` class="look"`}><strong>${name}</strong> <span>${text}</span> ${isGood ? html`<span class="hint">${words.good}</span>` : mark(false, words.look)}</li>`,
  )}</ul></section>`;
};

const BACKUPS_BY_HAND = {
  memory: words.backupsOfMemory,
  mongodb: words.backupsElsewhere(words.stores.mongodb),
  postgresql: words.backupsInPostgresql,
  sqlite: words.backupsWithoutFolder,
} as const;

const backups = ({
  backupFolder,
  backupRunning,
  backupFailure,
  backups: made,
  backedUpAt,
  restoredAt,
  stores,
}: HealthModel): Html =>
  html`<section aria-labelledby="backups"><h2 id="backups">${words.backups}</h2>
<p>${backupFolder === undefined ? BACKUPS_BY_HAND[stores.document] : words.backupsIn(plainText(backupFolder, 300))}</p>
${backupRunning !== undefined && html`<div class="flash notice">${words.running(html`<code>${plainText(backupRunning, 100)}</code>`)}</div>`}${
  backupFailure !== undefined &&
  html`<div class="flash warning">${words.failed} ${englishText(backupFailure, 300)}</div>`
}
${
  backupFolder !== undefined &&
  (made.length === 0 ? html`<p class="empty">${words.noBackups}</p>` : table(BACKUPS, made, 'backups'))
}
<div class="card">${factList([
    [words.backedUp, backedUpAt === undefined ? words.never : timeText(backedUpAt)],
    [words.restored, restoredAt === undefined ? words.never : timeText(restoredAt)],
  ])}</div></section>`;

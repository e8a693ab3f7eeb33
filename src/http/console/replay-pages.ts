import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { pageCsp } from '../../../views/content-security-policy.ts';
import type { ReplayModel, ReplayResult } from '../../../views/pages/console-policy-model.ts';
import {
  replayActivation,
  replayFailed,
  replayHalves,
  replayPage,
  replayProgress,
  replayResult,
} from '../../../views/pages/console-policy-replay.ts';
import { policyPageWords } from '../../../views/words/console-policy.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordRefusal, sendPage, setRetryAfter, statusOf, viewOf } from '../interaction/page-answers.ts';
import type { JsonObject } from '../management/json-body.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { stateOf } from '../request-state.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { agentHref, type ConsoleDeps, clientHref, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { partyCalled } from './named-objects.ts';
import { activeSet, policyHref, policySet, versionOptions } from './policy-models.ts';
import { agentOptions, OFFERED } from './simulate-page.ts';

const DAY = 86_400;
const DAYS: readonly string[] = ['1', '7', '30', '90'];
/** Most lines of a table, and most examples, on a page. */
const ROWS = 50;
const EXAMPLES = 10;

/** A line of the management API's answer. */
type Line = {
  readonly read: number;
  readonly changed: number;
  readonly share: number;
  readonly summary?: {
    readonly read: number;
    readonly decided: number;
    readonly changed: number;
    readonly by_caller: readonly {
      readonly caller: string;
      readonly changed: number;
      readonly allowed: number;
      readonly refused: number;
    }[];
    readonly by_scope: ReplayResult['byScope'];
    readonly examples: readonly (Omit<ReplayResult['examples'][number], 'name'> & { readonly caller?: string })[];
  };
};

/** Adds the page that replays decisions. The server sends the page in parts: progress, then the result. */
export const addReplayPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const modelOf = async (
    { viewer, frame }: Opened,
    asked: Omit<ReplayModel['asked'], 'policies'>,
  ): Promise<ReplayModel> => {
    calls.access('replayPolicies', viewer.account);
    const versions = await versionOptions(calls, viewer);
    const activation = versions.some(({ value }) => value === asked.policy)
      ? await activationOf(deps, calls, viewer, asked.policy)
      : undefined;
    const action = `${deps.basePath}/console/policy/replay`;
    const policies = [{ value: 'active', text: policyPageWords.thoseThatCount }, ...versions];
    const agents = calls.may('listAgents', viewer.account)
      ? agentOptions(await calls.run('listAgents', viewer.account, viewer.by, { query: { limit: OFFERED } }))
      : [];
    return {
      ...frame,
      action,
      agents,
      asked: { ...asked, policies },
      errors: {},
      ...(activation ? { activation } : {}),
    };
  };

  page('/console/policy/replay', async (ctx, opened) => {
    const policy = queryOf(ctx).get('policy') ?? 'active';
    sendPage(ctx, 200, replayPage(await modelOf(opened, { policy, days: '7', agent: '' })));
  });

  router.post('/console/policy/replay', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const opened = openedAs(ctx, session);
    const of = (name: string): string => (single(form, name) ?? '').trim();
    const asked = { policy: of('policy'), days: DAYS.includes(of('days')) ? of('days') : '7', agent: of('agent') };
    const model = await modelOf(opened, asked);
    const { account, by } = opened.viewer;
    try {
      const body: JsonObject = {
        policy: asked.policy,
        since: deps.clock.now() - Number(asked.days) * DAY,
        ...(asked.agent === '' ? {} : { agent: await partyCalled(calls, opened.viewer, asked.agent, '/agent') }),
      };
      const { lines } = await calls.run('replayPolicies', account, by, { body });
      if (lines) await sendParts(ctx, deps, model, lines);
    } catch (error) {
      if (!isDomainError(error) || !['invalid_field', 'too_many_requests', 'conflict'].includes(error.code))
        throw error;
      await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      const name = (error.field ?? '').slice(1);
      const text = refusalPhrase(error);
      const errors = name === 'policy' || name === 'agent' ? { [name]: text } : {};
      const flash = { kind: 'error', text } as const;
      sendPage(ctx, statusOf(error), replayPage({ ...model, flash, errors }));
    }
  });
};

/** Undefined for the active version, and for a viewer who may not activate. */
const activationOf = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  version: string,
): Promise<ReplayModel['activation']> => {
  if (!calls.may('activatePolicySet', viewer.account)) return undefined;
  const { set, etag } = await policySet(calls, viewer, version);
  if (set.state === 'active') return undefined;
  const active = await activeSet(calls, viewer);
  return {
    version: set.version,
    action: `${policyHref(deps, set.version)}/activate`,
    etag,
    ...(active ? { replaces: active.version } : {}),
  };
};

/** Makes the first line before it sends anything, so that a refusal gets a page of its own. */
const sendParts = async (
  ctx: Context,
  deps: ConsoleDeps,
  model: ReplayModel,
  lines: AsyncIterable<string>,
): Promise<void> => {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const view = viewOf(ctx);
  const [before, after] = replayHalves(model, view);
  const parts = async function* (): AsyncGenerator<string> {
    yield before;
    let percent = -1;
    try {
      for (let next = first; !next.done; next = await iterator.next()) {
        const { summary, read, changed, share } = JSON.parse(next.value) as Line;
        if (summary) {
          const result = await resultOf(deps, summary, model.sees.includes('auditLog'));
          yield replayResult(result, replayActivation(model)).in(view);
        } else if (Math.floor(share * 100) > percent) {
          percent = Math.floor(share * 100);
          yield replayProgress(read, changed, share).in(view);
        }
      }
    } catch (error) {
      // Half of the response is sent. The error goes to the log, and the page says that the replay stopped.
      ctx.app.emit('error', error, ctx);
      yield replayFailed().in(view);
    }
    yield after;
  };
  const stream = Readable.from(parts());
  stream.on('error', () => ctx.res.destroy());
  // The replay ends when the browser leaves the page.
  stream.once('close', () => void iterator.return?.().catch(() => undefined));
  ctx.status = 200;
  const { hasSearch } = stateOf(ctx);
  ctx.set('Content-Security-Policy', pageCsp({ formTargets: [], scripts: hasSearch, connects: hasSearch }));
  ctx.type = 'text/html; charset=utf-8';
  ctx.set('Content-Language', view.language);
  ctx.body = stream;
};

/** The page of an agent or a client; none for the server itself. */
const partyHref = (deps: ConsoleDeps, id: string): { readonly href?: string } => {
  if (id.startsWith('agt_')) return { href: agentHref(deps, id) };
  return id.startsWith('app_') ? { href: clientHref(deps, id) } : {};
};

/** `readsLog`: the viewer may read the audit log. */
const resultOf = async (
  deps: ConsoleDeps,
  summary: NonNullable<Line['summary']>,
  readsLog: boolean,
): Promise<ReplayResult> => {
  const { by_caller, by_scope, examples, ...counts } = summary;
  const most = <T extends { readonly allowed: number; readonly refused: number }>(rows: readonly T[]): readonly T[] =>
    rows.toSorted((a, b) => b.allowed + b.refused - (a.allowed + a.refused)).slice(0, ROWS);
  const callers = most(by_caller);
  // One example of each kind says more than ten of one.
  const kinds = new Map(
    examples.toReversed().map((one) => [[one.caller, one.resource, one.allowed, one.refused].join(' '), one]),
  );
  const shown = [...kinds.values()].toSorted((a, b) => a.at - b.at).slice(0, EXAMPLES);
  const names = await partyNames(
    deps,
    [...callers, ...shown].map(({ caller }) => caller),
  );
  return {
    ...counts,
    byCaller: callers.map(({ caller, ...count }) => ({
      ...count,
      id: caller,
      name: names(caller),
      ...partyHref(deps, caller),
    })),
    byScope: most(by_scope),
    examples: shown.map(({ caller = 'unknown', ...example }) => ({
      ...{ ...example, name: names(caller) },
      ...(readsLog && example.decision !== undefined
        ? { decisionHref: `${deps.basePath}/console/audit?id=${encodeURIComponent(example.decision)}` }
        : {}),
    })),
  };
};

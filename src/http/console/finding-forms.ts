/** The forms of the decisions about a finding. */
import type { Context } from 'koa';
import type { Html, Text } from '../../../views/html.ts';
import {
  adoptFindingPage,
  type DecisionModel,
  DISMISSAL_DAYS,
  dismissFindingPage,
  quarantineFindingPage,
} from '../../../views/pages/console-findings.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { Option } from '../../../views/partials/controls.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { AnswerOf } from './console-calls.ts';
import { findingHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';

const PATH = '/console/findings';
const DAY = 86_400;
const MOST_BLUEPRINTS = 200;

/** A finding as the management API shows it. */
export type ShownFinding = AnswerOf<'getFinding'>;

export const findingOf = async (
  { calls }: Pick<PageParts, 'calls'>,
  { account, by }: Viewer,
  id: string,
): Promise<{ readonly finding: ShownFinding; readonly version: number }> => {
  const { body, version = 0 } = await calls.run('getFinding', account, by, { id });
  return { finding: body, version };
};

/** Refusals after which the page asks again. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request'];

type Decision = {
  readonly operation: 'dismissFinding' | 'adoptFinding' | 'quarantineFinding';
  readonly done: string;
  /** Names of the fields. The first one shows an error that no field has. */
  readonly fields: readonly [string, ...string[]];
  readonly body: (values: Readonly<Record<string, string>>, now: number) => Readonly<Record<string, string | number>>;
  readonly page: (frame: ConsoleFrame, model: DecisionModel & { readonly blueprints: readonly Option[] }) => Html;
};

const DECISIONS: Readonly<Record<string, Decision>> = {
  dismiss: {
    ...{ operation: 'dismissFinding', done: 'findingDismissed', fields: ['reason', 'days'], page: dismissFindingPage },
    body: ({ days = '', reason = '' }, now) => {
      const chosen = DISMISSAL_DAYS.find((one) => String(one) === days) ?? DISMISSAL_DAYS[0];
      return { until: now + chosen * DAY - 60, reason };
    },
  },
  adopt: {
    ...{ operation: 'adoptFinding', done: 'findingAdopted', page: adoptFindingPage },
    fields: ['owner', 'name', 'purpose', 'blueprint', 'environment'],
    body: (values) => values,
  },
  quarantine: {
    ...{ operation: 'quarantineFinding', done: 'findingQuarantined', fields: ['reason'], page: quarantineFindingPage },
    body: (values) => values,
  },
};

/** Adds a page `/console/findings/:id/NAME` and its form for each decision. */
export const addFindingForms = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;

  const blueprintOptions = async ({ viewer: { account, by } }: Opened): Promise<readonly Option[]> => {
    if (!calls.may('listBlueprints', account)) return [];
    const { body } = await calls.run('listBlueprints', account, by, { query: { limit: MOST_BLUEPRINTS } });
    return (body?.items ?? []).map(({ id, name }) => ({ value: id, text: name }));
  };

  for (const [tail, decision] of Object.entries(DECISIONS)) {
    const show = async (
      ctx: Context,
      opened: Opened,
      id: string,
      typed: { readonly status: number; readonly values?: Readonly<Record<string, string>>; readonly error?: unknown },
    ): Promise<void> => {
      const { finding, version } = await findingOf(parts, opened.viewer, id);
      const href = findingHref(deps, id);
      if (finding.state !== 'open' || !finding.acts.some((act) => act === tail)) return seeOther(ctx, href);
      const blueprints = tail === 'adopt' ? await blueprintOptions(opened) : [];
      const values = typed.values ?? { name: finding.name };
      const model = { href, name: finding.name, version, values, errors: errorsOf(decision, typed.error), blueprints };
      sendPage(ctx, typed.status, decision.page(opened.frame, model));
    };

    page(`${PATH}/:id/${tail}`, async (ctx, opened, id) => {
      calls.access(decision.operation, opened.viewer.account);
      await show(ctx, opened, id, { status: 200 });
    });

    router.post(`${PATH}/:id/${tail}`, async (ctx) => {
      const { form, ...session } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const opened = openedAs(ctx, session);
      const { account, by } = opened.viewer;
      const values = Object.fromEntries(
        decision.fields.flatMap((name) => {
          const value = (single(form, name) ?? '').trim();
          return value === '' ? [] : [[name, value]];
        }),
      );
      const version = Number(single(form, 'version') ?? 0);
      try {
        const body = decision.body(values, deps.clock.now());
        await calls.run(decision.operation, account, by, { id, body, ...(version > 0 ? { version } : {}) });
        seeOther(ctx, `${findingHref(deps, id)}?done=${decision.done}`);
      } catch (error) {
        if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
        await recordRefusal(deps, ctx, error);
        await show(ctx, opened, id, { status: statusOf(error), values, error });
      }
    });
  }
};

const errorsOf = ({ fields: [usual, ...others] }: Decision, error: unknown): Readonly<Record<string, Text>> => {
  if (!isDomainError(error)) return {};
  const entries = shownErrors(error).map(({ pointer, ...refusal }): [string, Text] => {
    const name = (pointer ?? '').replace(/^\//, '');
    return [[usual, ...others, 'until'].includes(name) ? name : usual, refusalPhrase(refusal)];
  });
  return Object.fromEntries(entries.reverse());
};

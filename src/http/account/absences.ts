import type Router from '@koa/router';
import type { Context } from 'koa';
import { awayPage, type NewAwayModel, newAwayPage, type ShownAbsence } from '../../../views/pages/absences.ts';
import { awayWords } from '../../../views/words/absences.ts';
import { type Absence, stateOfAbsence } from '../../domain/approvals/absence.ts';
import { absenceRefusal } from '../../domain/approvals/absence-refusals.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { byOf, doneOf, exchangeOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import { dayOf, single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

const DAY = 86_400;
const SHOWN = 20;

const DONE = { declared: awayWords.declared, ended: awayWords.ended } as const;

type Values = NewAwayModel['values'];

/**
 * Adds `/account/away`, where a person names the deputy who decides about approvals while they are away. Naming a deputy
 * needs a recent sign-in, with a second factor if the account has one: the deputy can approve in that person's place.
 */
export const addAwayRoutes = (router: Router, deps: PeopleDeps, sessions: AccountSessions): void => {
  const { basePath, accounts, approvals, browserSessions, factors } = deps;
  const { absences, clock } = approvals;
  const path = `${basePath}/account/away`;

  const signInFirst = async (ctx: Context, { account, assurance }: PageSession): Promise<boolean> => {
    if (await factors.mayChange(account.id, assurance)) return false;
    seeOther(ctx, await browserSessions.signInUrl(exchangeOf(ctx), `${path}/new`, 'anew'));
    return true;
  };

  const shownOf = async (
    all: readonly Absence[],
    other: (absence: Absence) => string,
  ): Promise<readonly ShownAbsence[]> => {
    const names = new Map((await accounts.getMany([...new Set(all.map(other))])).map(({ id, name }) => [id, name]));
    return Promise.all(
      all.map(async (one): Promise<ShownAbsence> => {
        const state = stateOfAbsence(one, clock.now());
        const isOpen = state === 'planned' || state === 'current';
        const isVoid = isOpen && !(await absences.isFounded(one));
        return {
          name: names.get(other(one)) ?? other(one),
          from: one.from,
          until: one.until,
          state: isVoid ? 'void' : state,
          ...(isOpen ? { endAction: `${path}/${one.id}/end` } : {}),
        };
      }),
    );
  };

  const listed = async (of: { readonly account?: string; readonly deputy?: string }): Promise<readonly Absence[]> =>
    (await absences.list({ ...of, limit: SHOWN })).items.map(({ document }) => document);

  /** Only people whom the person named before: the form tells nothing of other accounts. */
  const formerDeputies = async (account: string): Promise<NewAwayModel['known']> => {
    const ids = new Set((await listed({ account })).map(({ deputy }) => deputy));
    return (await accounts.getMany([...ids])).map(({ username, name }) => ({ username, name }));
  };

  const showNew = async (
    ctx: Context,
    { account, csrf, signedInAs }: PageSession,
    status: number,
    values: Values,
    more: Pick<NewAwayModel, 'error' | 'errors'>,
  ): Promise<void> => {
    const known = await formerDeputies(account.id);
    const page = { basePath, signedInAs, action: `${path}/new`, csrf, backHref: path, values, known, ...more };
    sendPage(ctx, status, newAwayPage(page));
  };

  router.get('/account/away', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { id } = session.account;
    const page = awayPage({
      basePath,
      signedInAs: session.signedInAs,
      ...doneOf(ctx, DONE),
      csrf: session.csrf,
      newHref: `${path}/new`,
      mine: await shownOf(await listed({ account: id }), ({ deputy }) => deputy),
      theirs: await shownOf(await listed({ deputy: id }), ({ account }) => account),
    });
    sendPage(ctx, 200, page, [], 'scripts');
  });

  router.get('/account/away/new', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session || (await signInFirst(ctx, session))) return;
    const today = new Date(clock.now() * 1000).toISOString().slice(0, 10);
    await showNew(ctx, session, 200, { deputy: '', from: today, until: '' }, { errors: {} });
  });

  router.post('/account/away/new', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    if (await signInFirst(ctx, session)) return;
    const text = (name: string): string => (single(form, name) ?? '').trim().slice(0, 128);
    const values = { deputy: text('deputy'), from: text('from'), until: text('until') };
    const [from, last] = [dayOf(values.from), dayOf(values.until)];
    const errors = {
      ...(from === undefined ? { from: awayWords.aDay } : {}),
      ...(last === undefined ? { until: awayWords.aDay } : {}),
    };
    if (from === undefined || last === undefined) return showNew(ctx, session, 400, values, { errors });
    try {
      const deputy = (await deps.ownerNames.find(values.deputy, { kinds: ['account'], field: '/deputy' }))?.id ?? '';
      const { account, assurance } = session;
      const wanted = { deputy, from, until: last + DAY };
      await absences.declare(account.id, wanted, { by: byOf(ctx, account.id), assurance });
    } catch (error) {
      if (!isDomainError(error) || !['invalid_field', 'conflict'].includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      const field = error.field?.slice(1);
      const said = refusalPhrase(error);
      const at = field === 'deputy' || field === 'from' || field === 'until' ? { [field]: said } : undefined;
      return showNew(ctx, session, statusOf(error), values, at ? { errors: at } : { errors: {}, error: said });
    }
    seeOther(ctx, `${path}?done=declared`);
  });

  router.post('/account/away/:id/end', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const found = /^abs_\w{1,64}$/.test(id) ? (await absences.get(id))?.document : undefined;
    if (!found || (found.account !== account.id && found.deputy !== account.id)) {
      throw absenceRefusal('absence_not_found');
    }
    await absences.end(id, byOf(ctx, account.id));
    seeOther(ctx, `${path}?done=ended`);
  });
};

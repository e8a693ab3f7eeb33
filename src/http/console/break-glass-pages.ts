import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import {
  type BreakGlassFacts,
  type BreakGlassModel,
  breakGlassListPage,
  breakGlassPage,
} from '../../../views/pages/break-glass.ts';
import type { Approval } from '../../domain/approvals/approval.ts';
import { CALL_SECONDS } from '../../domain/approvals/break-glass.ts';
import { breakGlassRefusal } from '../../domain/approvals/break-glass-refusals.ts';
import { REVIEWERS } from '../../domain/approvals/break-glass-reviews.ts';
import { type Account, type AccountRole, holdsRole } from '../../domain/identity/accounts/account.ts';
import type { Assurance } from '../../domain/vocabulary/assurance.ts';
import { type DomainErrorCode, isDomainError } from '../../domain/vocabulary/errors.ts';
import { approvalFacts } from '../account/approvals/facts.ts';
import type { PageSession } from '../account/sessions.ts';
import { deviceCookie } from '../interaction/device-cookie.ts';
import { guardedForms } from '../interaction/guarded-forms.ts';
import {
  queryOf,
  recordRefusal,
  requestOf,
  seeOther,
  sendPage,
  setRetryAfter,
  statusOf,
} from '../interaction/page-answers.ts';
import type { FormBinding } from '../middleware/csrf.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { nothingThere } from './console-calls.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened } from './console-page.ts';

const SHOWN = 50;
const CLOSED_SHOWN = 20;

/** Roles that see the pages: those that may approve, and those that review. */
const VIEWERS: readonly AccountRole[] = ['break_glass', 'administrator', 'operator', 'auditor'];

export const seesBreakGlass = (account: Account): boolean => VIEWERS.some((role) => holdsRole(account, role));

type Values = BreakGlassModel['values'];

const EMPTY: Values = { reason: '', finding: '', note: '' };

/**
 * Adds `/console/break-glass`: break-glass access that two people approve in an emergency, and its review by a third person
 * (decision 16). Each step needs a passkey's signature for this approval and this step. A signature for the usual approval of
 * the request is not valid here.
 */
export const addBreakGlassPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const { basePath, approvals, accounts, agents, owners, passkeys, secondFactor, issuer } = deps;
  const { service, clock } = approvals;
  const path = `${basePath}/console/break-glass`;
  const devices = deviceCookie(issuer);
  const forms = guardedForms(deps);

  const purposeOf = (id: string): string => `break-glass:${id}`;
  const bindingOf =
    (id: string, digest: string) =>
    ({ id: session }: PageSession): FormBinding => ['break_glass', session, id, digest];

  const factsOf = async (all: readonly Approval[], viewer: string): Promise<readonly BreakGlassFacts[]> => {
    const shown = await approvalFacts(deps, all, viewer);
    const people = all.flatMap(({ breakGlass }) => [
      ...(breakGlass?.votes.map(({ account }) => account) ?? []),
      breakGlass?.closed?.by ?? '',
    ]);
    const found = await accounts.getMany([...new Set(people.filter((id) => id !== ''))]);
    const names = new Map(found.map(({ id, name }) => [id, name]));
    return all.flatMap((approval, index): readonly BreakGlassFacts[] => {
      const facts = shown[index];
      const { id, breakGlass, review } = approval;
      if (!facts) return [];
      const nameOf = (account: string): string => names.get(account) ?? account;
      return [
        {
          href: `${path}/${id}`,
          approval: facts,
          ...(breakGlass ? { reason: breakGlass.reason } : {}),
          ...(breakGlass?.votes.length === 1 ? { secondUntil: (breakGlass.votes[0]?.at ?? 0) + CALL_SECONDS } : {}),
          people: (breakGlass?.votes ?? []).map(({ account, at }) => ({
            name: nameOf(account),
            isYou: account === viewer,
            at,
          })),
          ...(review === undefined ? {} : { review }),
          ...(breakGlass?.closed === undefined
            ? {}
            : {
                closed: {
                  name: nameOf(breakGlass.closed.by),
                  at: breakGlass.closed.at,
                  finding: breakGlass.closed.finding,
                  note: breakGlass.closed.note,
                },
              }),
        },
      ];
    });
  };

  /** Affected accounts see the page, too, once break-glass was requested. */
  const isConcerned = async (approval: Approval, account: string): Promise<boolean> => {
    if (approval.breakGlass === undefined) return false;
    if (approval.subject === account || (await service.isAsked(approval, account))) return true;
    const owner = (await agents.get(approval.agent))?.document.owner;
    return owner !== undefined && owners.answersFor(owner, account);
  };

  const approvalFor = async (id: string, account: Account): Promise<Approval> => {
    const approval = /^apv_\w{1,64}$/.test(id) ? await service.get(id) : undefined;
    const isSeen =
      approval !== undefined &&
      ((approval.breakGlass !== undefined && seesBreakGlass(account)) ||
        (await service.breakGlass.mayBreak(approval, account.id)) ||
        (await isConcerned(approval, account.id)));
    if (!isSeen) throw nothingThere();
    return approval;
  };

  const canOf = async (approval: Approval, session: PageSession): Promise<BreakGlassModel['can']> => {
    const { account } = session;
    const { id, digest, breakGlass, review } = approval;
    const href = `${path}/${id}`;
    if (review === 'open') {
      const isThird = breakGlass?.votes.every((vote) => vote.account !== account.id) === true;
      return isThird && REVIEWERS.some((role) => holdsRole(account, role))
        ? { kind: 'review', action: `${href}/review`, csrf: session.csrf }
        : { kind: 'nothing', why: 'not_reviewer' };
    }
    if (review !== undefined) return { kind: 'nothing' };
    const mayBreak = await service.breakGlass.mayBreak(approval, account.id);
    if (!mayBreak && breakGlass === undefined) return { kind: 'nothing' };
    // Before the role: a request that has ended needs no second person.
    if (!service.breakGlass.isBreakable(approval)) return { kind: 'nothing', why: 'not_possible' };
    if (!mayBreak) return { kind: 'nothing', why: 'not_approver' };
    const first = service.breakGlass.waitingCall(approval);
    if (first?.account === account.id) return { kind: 'nothing', why: 'called' };
    const passkey = await passkeys.offerFactor(account.id, purposeOf(id), true);
    return {
      kind: first ? 'agree' : 'call',
      action: `${href}?seen=${digest}`,
      csrf: forms.token(bindingOf(id, digest)(session)),
      ...(passkey === undefined ? {} : { passkey }),
    };
  };

  const show = async (
    ctx: Context,
    { viewer, frame }: Opened,
    session: PageSession,
    approval: Approval,
    { status = 200, values = EMPTY, error }: { status?: number; values?: Values; error?: Phrase } = {},
  ): Promise<void> => {
    const [breakGlass] = await factsOf([approval], viewer.account.id);
    if (!breakGlass) throw nothingThere();
    const can: BreakGlassModel['can'] =
      breakGlass.approval.unreadable.length > 0 && approval.review === undefined
        ? { kind: 'nothing', why: 'not_possible' }
        : await canOf(approval, session);
    const model = { ...frame, breakGlass, can, values, ...(error === undefined ? {} : { error }) };
    const isByPasskey = (can.kind === 'call' || can.kind === 'agree') && can.passkey !== undefined;
    sendPage(ctx, status, breakGlassPage(model), [], isByPasskey ? 'scripts' : undefined);
  };

  /** What the passkey proves now. Uses no earlier proof of the session. */
  const proven = async (ctx: Context, account: string, id: string, form: URLSearchParams): Promise<Assurance> => {
    const credential = single(form, 'credential') ?? '';
    if (credential === '') {
      throw breakGlassRefusal('break_glass_needs_passkey');
    }
    const { assurance, device } = await secondFactor.prove({
      account,
      ...requestOf(ctx),
      assurance: { amr: [], authTime: clock.now() },
      isStepUp: true,
      uid: purposeOf(id),
      proof: { credential },
      device: devices.read(ctx),
    });
    devices.write(ctx, device);
    return assurance;
  };

  page('/console/break-glass', async (ctx, { viewer, frame }) => {
    const { account } = viewer;
    if (!seesBreakGlass(account)) throw nothingThere();
    const [open, closed] = await Promise.all([
      service.breakGlass.reviews('open', { limit: SHOWN }),
      service.breakGlass.reviews('closed', { limit: CLOSED_SHOWN }),
    ]);
    sendPage(
      ctx,
      200,
      breakGlassListPage({
        ...frame,
        open: await factsOf(open, account.id),
        ...(holdsRole(account, 'break_glass')
          ? { waiting: await factsOf(await service.breakGlass.breakableFor(account.id), account.id) }
          : {}),
        closed: await factsOf(closed, account.id),
        ...(calls.mayAll('listApprovals', account)
          ? { requestsHref: `${basePath}/console/approvals?state=pending` }
          : {}),
        ...(calls.may('listAccounts', account) ? { peopleHref: `${basePath}/console/people` } : {}),
      }),
    );
  });

  router.get('/console/break-glass/:id', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { id = '' } = ctx.params;
    await show(ctx, openedAs(ctx, session), session, await approvalFor(id, session.account));
  });

  router.post('/console/break-glass/:id', async (ctx) => {
    const { id = '' } = ctx.params;
    const seen = single(queryOf(ctx), 'seen') ?? '';
    const { form, ...session } = await sessions.withForm(ctx, bindingOf(id, seen));
    const { account } = session;
    const approval = await approvalFor(id, account);
    const reason = single(form, 'reason');
    let isProven = false;
    try {
      const [facts] = await approvalFacts(deps, [approval], account.id);
      if ((facts?.unreadable.length ?? 1) > 0) {
        throw breakGlassRefusal('break_glass_not_possible');
      }
      const assurance = await proven(ctx, account.id, id, form);
      isProven = true;
      await service.breakGlass.break(id, { account: account.id, seen, assurance, reason, ...requestOf(ctx) });
    } catch (error) {
      if (!isDomainError(error) || !SHOWN_CODES.includes(error.code)) throw error;
      if (isProven || !WRITTEN.includes(error.code)) await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      await show(ctx, openedAs(ctx, session), session, await approvalFor(id, account), {
        status: statusOf(error),
        values: { ...EMPTY, reason: reason ?? '' },
        error: refusalPhrase(error),
      });
      return;
    }
    seeOther(ctx, `${path}/${id}`);
  });

  router.post('/console/break-glass/:id/review', async (ctx) => {
    const { id = '' } = ctx.params;
    const { form, ...session } = await sessions.withForm(ctx);
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    const approval = await approvalFor(id, account);
    const finding = single(form, 'finding') ?? '';
    // A browser counts a line end as one character and sends it as two.
    const note = (single(form, 'note') ?? '').replaceAll('\r\n', '\n');
    const values = { ...EMPTY, finding, note };
    try {
      await calls.run('reviewApproval', account, by, { id, body: { finding, note } });
    } catch (error) {
      if (!isDomainError(error) || !SHOWN_CODES.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      const isMalformed = error.code === 'invalid_field' || error.code === 'invalid_request';
      const refusal = isMalformed ? breakGlassRefusal('break_glass_finding_malformed') : error;
      await show(ctx, opened, session, approval, { status: statusOf(error), values, error: refusalPhrase(refusal) });
      return;
    }
    seeOther(ctx, `${path}/${id}`);
  });
};

/** Refusals after which the person stays on the page. */
const SHOWN_CODES: readonly DomainErrorCode[] = [
  'invalid_request',
  'invalid_field',
  'conflict',
  'forbidden',
  'precondition_failed',
  'insufficient_user_authentication',
  'unauthenticated',
  'too_many_requests',
];

/** Those among them that the domain has recorded with the proof. */
const WRITTEN: readonly DomainErrorCode[] = ['unauthenticated', 'too_many_requests'];

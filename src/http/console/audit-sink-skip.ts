import { type RefusedEvent, skipEventPage } from '../../../views/pages/console-audit-sinks.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { rowsOf } from './audit-rows.ts';
import { eventHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { stepUp } from './step-up.ts';

/** Adds the page that skips the refused event. The form names the event, so that no other one is skipped. */
export const addSinkSkip = (parts: PageParts, path: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);
  const home = `${deps.basePath}${path}`;

  page(`${path}/:id/skip`, async (ctx, { viewer, frame }, id) => {
    calls.access('skipAuditEvent', viewer.account);
    const { body } = await calls.run('getAuditSink', viewer.account, viewer.by, { id });
    // Nothing to skip, or not any more.
    if (body?.refused_event === undefined) return seeOther(ctx, `${home}/${id}`);
    const event = await refusedEvent(parts, viewer, body.refused_event);
    sendPage(ctx, 200, skipEventPage(frame, { href: `${home}/${id}`, name: body.name, event }));
  });

  router.post(`${path}/:id/skip`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const body = { event: single(form, 'event') ?? '' };
    const call = () => calls.run('skipAuditEvent', account, by, { id, body });
    if (await withFactor(ctx, account.id, `${home}/${id}/skip`, call)) seeOther(ctx, `${home}/${id}?done=sinkSkipped`);
  });
};

const refusedEvent = async ({ deps, calls }: PageParts, { account, by }: Viewer, id: string): Promise<RefusedEvent> => {
  if (!calls.may('getAuditEvent', account)) return { id };
  const found = await calls.run('getAuditEvent', account, by, { id }).catch((error: unknown) => {
    // The archive has it.
    if (!isDomainError(error) || error.code !== 'not_found') throw error;
    return undefined;
  });
  const [row] = found ? await rowsOf(deps, [found.body], () => undefined) : [];
  return row ? { id, facts: { ...row, href: eventHref(deps, id) } } : { id };
};

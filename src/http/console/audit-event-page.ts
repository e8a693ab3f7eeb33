import { auditEventPage, type Explanation } from '../../../views/pages/console-audit-event.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { rowsOf } from './audit-rows.ts';
import { eventHref, transactionHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { erasableIn } from './erasure-pages.ts';
import { policyHref, versionOptions } from './policy-models.ts';

const SAYS = { permit: 'permit', forbid: 'forbid', 'no policy permits': 'none' } as const;

/** Adds `GET /console/audit/events/:id`: one event, and the policies by which its scopes were granted or refused. */
export const addAuditEventPage = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  page('/console/audit/events/:id', async (ctx, { viewer, frame }, id) => {
    const { account, by } = viewer;
    calls.access('getAuditEvent', account);
    const { body: entry } = await calls.run('getAuditEvent', account, by, { id });
    const [event] = await rowsOf(deps, [entry], (txn) => transactionHref(deps, txn));
    if (!event) throw documentRefusal('object_not_found');
    const isDecision = entry.event['decision'] !== undefined && calls.may('explainDecision', account);
    const asked = queryOf(ctx).get('policy') ?? undefined;
    sendPage(
      ctx,
      200,
      auditEventPage({
        ...frame,
        event,
        path: eventHref(deps, id),
        auditHref: `${deps.basePath}/console/audit`,
        erasable: erasableIn(parts, viewer, entry),
        ...(isDecision ? { why: await explanationOf(parts, viewer, id, asked) } : {}),
      }),
    );
  });
};

/** An unknown version in the address is left out. */
const explanationOf = async (
  { deps, calls }: PageParts,
  viewer: Viewer,
  id: string,
  asked: string | undefined,
): Promise<Explanation> => {
  const versions = calls.may('listPolicySets', viewer.account) ? await versionOptions(calls, viewer) : [];
  const query = versions.some(({ value }) => value === asked) && asked !== undefined ? { policy: asked } : {};
  const run = () => calls.run('explainDecision', viewer.account, viewer.by, { id, query });
  const { body } = await run().catch((error: unknown) => {
    // The version that decided is of another store, or was removed.
    if (!isDomainError(error) || error.code !== 'invalid_field') throw error;
    return { body: undefined };
  });
  return {
    isRecorded: body?.is_recorded ?? false,
    ...(body?.decided_by === undefined
      ? {}
      : { decidedBy: body.decided_by, decidedHref: policyHref(deps, body.decided_by) }),
    ...(body?.explained_by === undefined ? {} : { by: body.explained_by }),
    scopes: (body?.scopes ?? []).map(({ was_by: wasBy, says, ...scope }) => ({
      ...scope,
      says: SAYS[says],
      ...(wasBy === undefined ? {} : { wasBy }),
    })),
    sources: body?.policies ?? [],
    versions,
  };
};

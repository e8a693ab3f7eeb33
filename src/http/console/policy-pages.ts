import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import { policyActivationPage, policyOverviewPage, policyVersionPage } from '../../../views/pages/console-policy.ts';
import { policyEditorPage, policyFindings } from '../../../views/pages/console-policy-editor.ts';
import type { PolicyEditorModel, PolicyFindingLine } from '../../../views/pages/console-policy-model.ts';
import { editorWords } from '../../../views/words/console-editor.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { byOf, queryOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import {
  activeSet,
  differenceOf,
  linesOfText,
  policyHref,
  policyOverviewModel,
  policySchema,
  policySet,
  type ShownSet,
  versionOptions,
  versionRow,
} from './policy-models.ts';

/** Bytes of a form with 512 KiB of text. A form encodes most characters as one character or three. */
const LARGEST_FORM = 2_097_152;

/** Adds the pages on which operators read, draft and activate versions of the policies. */
export const addPolicyPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const home = `${deps.basePath}/console/policy`;

  page('/console/policy', async (ctx, { viewer, frame }) =>
    sendPage(ctx, 200, policyOverviewPage(await policyOverviewModel(deps, calls, viewer, frame, queryOf(ctx)))),
  );

  page('/console/policy/versions/:id', async (ctx, { viewer, frame }, id) => {
    const { account } = viewer;
    const { set } = await policySet(calls, viewer, id);
    const names = await partyNames(deps, [set.created_by]);
    const others = (await versionOptions(calls, viewer)).filter(({ value }) => value !== String(set.version));
    const asked = queryOf(ctx).get('against');
    const against = others.some(({ value }) => value === asked)
      ? asked
      : set.state === 'active'
        ? set.replaces
        : (await activeSet(calls, viewer))?.version;
    const other = against == null ? undefined : (await policySet(calls, viewer, String(against))).set;
    const href = policyHref(deps, set.version);
    const tried = `policy=${set.version}`;
    const mayDraft = calls.may('createPolicySet', account);
    sendPage(
      ctx,
      200,
      policyVersionPage({
        ...frame,
        set: { ...versionRow(deps, set, names), digest: set.digest },
        text: set.text,
        policies: await linesOfText(calls, viewer, set.text),
        compare: { action: href, versions: others, against: String(other?.version ?? '') },
        ...(other ? { difference: differenceOf(other, set) } : {}),
        ...(mayDraft && set.state === 'draft' ? { editHref: `${href}/edit` } : {}),
        ...(mayDraft ? { copyHref: `${home}/new?from=${set.version}` } : {}),
        ...(set.state !== 'active' && calls.may('activatePolicySet', account)
          ? { activateHref: `${href}/activate` }
          : {}),
        tryHref: `${home}/try?${tried}`,
        replayAction: `${home}/replay`,
      }),
    );
  });

  page('/console/policy/versions/:id/activate', async (ctx, { viewer, frame }, id) => {
    calls.access('activatePolicySet', viewer.account);
    const { set, etag } = await policySet(calls, viewer, id);
    const active = await activeSet(calls, viewer);
    const href = policyHref(deps, set.version);
    if (set.state === 'active') return seeOther(ctx, href);
    const model = {
      ...frame,
      set: versionRow(deps, set, await partyNames(deps, [set.created_by])),
      action: `${href}/activate`,
      etag,
      ...(active ? { replaces: active.version, difference: differenceOf(active, set) } : {}),
      findings: await findingsOf(viewer, set.text),
      replayHref: `${home}/replay?policy=${set.version}`,
    };
    sendPage(ctx, 200, policyActivationPage(model));
  });

  router.post('/console/policy/versions/:id/activate', async (ctx) => {
    const { form, account } = await sessions.withForm(ctx);
    const viewer: Viewer = { account, by: byOf(ctx, account.id) };
    const { set } = await policySet(calls, viewer, ctx.params['id'] ?? '');
    const replaces = numberOf(form, 'replaces');
    await calls.run('activatePolicySet', account, viewer.by, {
      id: set.id,
      version: numberOf(form, 'etag') ?? -1,
      body: replaces === undefined ? {} : { replaces },
    });
    seeOther(ctx, `${home}?done=activated`);
  });

  const draftOf = async (viewer: Viewer, id: string) => {
    calls.access('updatePolicySet', viewer.account);
    return policySet(calls, viewer, id);
  };

  const editor = async (
    { frame, viewer }: Opened,
    set: ShownSet | undefined,
    etag: number,
  ): Promise<PolicyEditorModel> => ({
    ...frame,
    schema: await policySchema(calls, viewer),
    action: set ? `${policyHref(deps, set.version)}/edit` : `${home}/new`,
    text: set?.text ?? '',
    note: set?.note ?? '',
    ...(set ? { draft: { version: set.version, etag } } : {}),
    cancelHref: set ? policyHref(deps, set.version) : home,
  });

  page('/console/policy/new', async (ctx, opened) => {
    calls.access('createPolicySet', opened.viewer.account);
    const from = queryOf(ctx).get('from');
    const set =
      from === null ? await activeSet(calls, opened.viewer) : (await policySet(calls, opened.viewer, from)).set;
    sendPage(ctx, 200, policyEditorPage({ ...(await editor(opened, undefined, 0)), text: set?.text ?? '' }));
  });

  page('/console/policy/versions/:id/edit', async (ctx, opened, id) => {
    const { set, etag } = await draftOf(opened.viewer, id);
    sendPage(ctx, 200, policyEditorPage(await editor(opened, set, etag)));
  });

  const findingsOf = async ({ account, by }: Viewer, text: string): Promise<readonly PolicyFindingLine[]> => {
    const { body } = await calls.run('validatePolicies', account, by, { body: { text } });
    const lines = text.split('\n');
    return (body?.findings ?? []).map((finding) => {
      const source = finding.line === undefined ? undefined : lines[finding.line - 1];
      return { ...finding, ...(source === undefined ? {} : { source }) };
    });
  };

  /** None where other texts are in line: the form keeps what was typed. */
  const findingsNow = async (viewer: Viewer, text: string): Promise<Pick<PolicyEditorModel, 'findings'>> => {
    try {
      return { findings: await findingsOf(viewer, text) };
    } catch (error) {
      if (isDomainError(error) && error.code === 'unavailable') return {};
      throw error;
    }
  };

  const submitted = async (ctx: Context, id: string | undefined): Promise<void> => {
    const { form, ...session } = await sessions.withForm(ctx, undefined, LARGEST_FORM);
    const opened = openedAs(ctx, session);
    const { viewer } = opened;
    const text = (single(form, 'text') ?? '').replaceAll('\r\n', '\n');
    const note = (single(form, 'note') ?? '').trim();
    const etag = numberOf(form, 'etag') ?? -1;
    const draft = id === undefined ? undefined : (await draftOf(viewer, id)).set;
    if (draft === undefined) calls.access('createPolicySet', viewer.account);
    const again = async (status: number, error?: Phrase): Promise<void> => {
      const active = await activeSet(calls, viewer);
      const base = await editor(opened, draft, etag);
      const model: PolicyEditorModel = {
        ...base,
        text,
        note,
        ...(await findingsNow(viewer, text)),
        ...(active ? { difference: differenceOf(active, { version: draft?.version ?? 0, text }) } : {}),
        ...(error === undefined ? {} : { flash: { kind: 'error', text: error } }),
      };
      sendPage(ctx, status, policyEditorPage(model));
    };
    const wanted = single(form, 'do');
    if (wanted === 'find') return sendPage(ctx, 200, policyFindings(await findingsOf(viewer, text)));
    if (wanted !== 'save') return again(200);
    const body = { text, ...(note === '' ? {} : { note }) };
    try {
      const { account, by } = viewer;
      const saved = draft
        ? await calls.run('updatePolicySet', account, by, { id: draft.id, version: etag, body })
        : await calls.run('createPolicySet', account, by, { body });
      seeOther(ctx, `${policyHref(deps, String(saved.body?.['version']))}?done=drafted`);
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      await again(statusOf(error), error.field === '/text' ? editorWords.hasErrors : refusalPhrase(error));
    }
  };

  router.post('/console/policy/new', (ctx) => submitted(ctx, undefined));
  router.post('/console/policy/versions/:id/edit', (ctx) => submitted(ctx, ctx.params['id'] ?? ''));
};

/** Errors after which the page shows the form again, with the typed values. */
const AGAIN: readonly string[] = ['invalid_field', 'precondition_failed', 'conflict', 'forbidden', 'unavailable'];

const numberOf = (form: URLSearchParams, name: string): number | undefined => {
  const given = single(form, name) ?? '';
  return /^[0-9]{1,9}$/.test(given) ? Number(given) : undefined;
};

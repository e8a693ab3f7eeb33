/**
 * Forms that create and change one kind of registered object, from a list of its fields. Each form is one call of the
 * management API in the name of the viewer.
 */
import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
import type { Option } from '../../../views/partials/controls.ts';
import { objectFormPage } from '../../../views/partials/object-form.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { registerWords } from '../../../views/words/registries.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { type OperationId, routeOf } from '../management/resource-table.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import type { NamedKind } from './form-fields.ts';
import { afterRowsButton } from './form-rows.ts';
import { findNamed } from './named-objects.ts';
import { errorsOf } from './object-form-errors.ts';
import type { ObjectFormSpec, Shown } from './object-form-spec.ts';
import {
  bodyOf,
  changeOf,
  givenOf,
  type Offered,
  sectionsOf,
  type Values,
  valuesOf,
  type Which,
} from './object-form-values.ts';
import { stepUp } from './step-up.ts';

/** Bytes of a form; scopes and types of details are longer than other forms. */
const LARGEST_FORM = 128 * 1024;

/** Errors after which the page shows the form again, with the typed values. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request', 'precondition_failed', 'conflict'];

type Again = {
  readonly status: number;
  readonly values: Values;
  readonly errors: ReadonlyMap<string, Text>;
  /** Empty rows after the items. */
  readonly more?: number;
};
type ShowAgain = (status: number, errors: Again['errors']) => Promise<void>;

const NO_ERRORS: Again['errors'] = new Map();

/** The form of this object: without the fields that do not apply to it, and with the units of its numbers. */
const narrowedTo = (object: Shown, spec: ObjectFormSpec): ObjectFormSpec => ({
  ...spec,
  sections: spec.sections.map((section) => ({
    ...section,
    ...(section.fields
      ? {
          fields: section.fields
            .filter(({ fits }) => fits?.(object) ?? true)
            .map((field) => (field.unitOf ? { ...field, unit: field.unitOf(object) } : field)),
        }
      : {}),
  })),
});

/** Adds `…/new` and `…/:id/edit`, and the forms behind them. Call it before the page of one object is added. */
export const addObjectForms = (parts: PageParts, spec: ObjectFormSpec): void => {
  const { create, change } = spec;
  if (create) addNew(parts, spec, create);
  if (change) addChange(parts, spec, change);
};

/**
 * Whether the page goes on. A call that needs a fresh second factor sends the browser to prove one first, so that a user does
 * not fill in the form in vain.
 */
const proofFirst =
  ({ deps }: PageParts) =>
  async (ctx: Context, { viewer }: Opened, operation: OperationId, always?: true): Promise<boolean> => {
    if (routeOf(operation).freshFactor !== true && always !== true) return true;
    const here = `${deps.basePath}${ctx.path}`;
    return stepUp(deps)(ctx, viewer.account.id, here, async () => deps.requireFreshFactor(viewer.by));
  };

/** Makes the call, or shows the form again after a refusal that the user can mend. */
const submitter =
  ({ deps }: PageParts, spec: ObjectFormSpec, which: Which) =>
  async (ctx: Context, { viewer }: Opened, formHref: string, call: () => Promise<void>, again: ShowAgain) => {
    try {
      await stepUp(deps)(ctx, viewer.account.id, formHref, call);
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      await again(statusOf(error), errorsOf(spec, which, error));
    }
  };

/** Most APIs whose scopes a form offers; others are typed. */
const OFFERED = 40;

/** What a form of this kind offers to the viewer to choose from, within what they may see. */
const offers =
  ({ deps, calls }: PageParts, { sections }: ObjectFormSpec) =>
  async ({ account, by }: Viewer): Promise<Offered> => {
    const kinds = sections.flatMap(({ fields = [] }) => fields.map(({ kind }) => kind));
    const hasRights = kinds.some(({ look }) => look.kind === 'rights');
    const servers =
      hasRights && calls.may('listResourceServers', account)
        ? (await calls.run('listResourceServers', account, by, { query: { limit: OFFERED } })).body?.items
        : undefined;
    const isOffered = (kind: NamedKind): boolean =>
      kinds.some(({ names, isList }) => isList === true && names === kind);
    const blueprints = isOffered('blueprint')
      ? (await deps.blueprints.list({ state: 'active', limit: 200 })).items.map(({ document }) => document)
      : undefined;
    const upstreams =
      isOffered('upstream') && calls.may('listUpstreams', account)
        ? (await calls.run('listUpstreams', account, by, { query: { limit: 200 } })).body?.items
        : undefined;
    return {
      apis: (servers ?? []).map(({ identifier, name, scopes }) => ({ identifier, name, scopes })),
      options: {
        ...(blueprints ? { blueprint: [{ value: '', text: objectWords.noneOfThem }, ...optionsOf(blueprints)] } : {}),
        ...(upstreams ? { upstream: optionsOf(upstreams) } : {}),
      },
    };
  };

const optionsOf = (objects: readonly { readonly id: string; readonly name: string }[]): readonly Option[] =>
  objects.map(({ id, name }) => ({ value: id, text: name }));

const addNew = (parts: PageParts, spec: ObjectFormSpec, create: NonNullable<ObjectFormSpec['create']>): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}${spec.path}`;
  const find = findNamed(deps, calls);
  const isProven = proofFirst(parts);
  const submit = submitter(parts, spec, 'new');

  const offeredTo = offers(parts, spec);
  const show = async (ctx: Context, { frame, viewer }: Opened, again: Again): Promise<void> => {
    const { status, values, errors, more } = again;
    const offered = await offeredTo(viewer);
    sendPage(
      ctx,
      status,
      objectFormPage(frame, {
        ...{ place: spec.place, title: create.title, heading: create.title, lead: create.lead },
        ...{ action: home, cancelHref: home, button: create.button },
        ...(create.script === undefined ? {} : { script: create.script }),
        ...(create.style === undefined ? {} : { style: create.style }),
        sections: sectionsOf(spec, 'new', values, errors, offered, more),
      }),
    );
  };

  page(`${spec.path}/new`, async (ctx, opened) => {
    calls.access(create.operation, opened.viewer.account);
    if (!(await isProven(ctx, opened, create.operation))) return;
    await show(ctx, opened, { status: 200, values: valuesOf(spec, 'new', create.values ?? {}), errors: NO_ERRORS });
  });

  router.post(spec.path, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx, undefined, LARGEST_FORM);
    const opened = openedAs(ctx, session);
    const { viewer, frame } = opened;
    calls.access(create.operation, viewer.account);
    const values = givenOf(spec, 'new', form);
    const changed = afterRowsButton(spec, 'new', form, values);
    if (changed) return show(ctx, opened, { status: 200, errors: NO_ERRORS, ...changed });
    const call = async (): Promise<void> => {
      const { body: typed } = await bodyOf(find, viewer, spec, values);
      const body = create.body?.(typed) ?? typed;
      const made: Shown = create.run
        ? await create.run(viewer, body)
        : (await calls.run(create.operation, viewer.account, viewer.by, { body })).body;
      const href = spec.hrefOf(String(made['id']));
      const special = create.page?.(frame, made, href);
      if (special) sendPage(ctx, 200, special);
      else seeOther(ctx, `${href}?done=${create.done}`);
    };
    await submit(ctx, opened, `${home}/new`, call, (status, errors) => show(ctx, opened, { status, values, errors }));
  });
};

const addChange = (parts: PageParts, spec: ObjectFormSpec, change: NonNullable<ObjectFormSpec['change']>): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const tail = change.path ?? 'edit';
  const find = findNamed(deps, calls);
  const isProven = proofFirst(parts);

  const current = async ({ account, by }: Viewer, id: string) => {
    const { body, version = 0 } = await calls.run(change.read, account, by, { id });
    const answer: Shown = body;
    return { object: change.object?.(answer) ?? answer, version };
  };

  type Of = { readonly object: Shown; readonly version: number };
  const offeredTo = offers(parts, spec);
  const show = async (ctx: Context, opened: Opened, { object, version }: Of, again: Again): Promise<void> => {
    const its = narrowedTo(object, spec);
    const { status, values, errors, more } = again;
    const { frame, viewer } = opened;
    const offered = await offeredTo(viewer);
    const href = spec.hrefOf(String(object['id']));
    const heading = change.heading(String(object['name'] ?? object['id']));
    sendPage(
      ctx,
      status,
      objectFormPage(frame, {
        ...{ place: spec.place, title: change.title, heading, lead: change.lead, version },
        ...{ action: `${href}/${tail}`, cancelHref: href, button: change.button ?? registerWords.save },
        now: await change.now?.(object),
        sections: sectionsOf(its, 'change', values, errors, offered, more),
      }),
    );
  };
  const shownOf = async (object: Shown, viewer: Viewer): Promise<Shown> =>
    (await spec.shown?.(object, viewer)) ?? object;

  page(`${spec.path}/:id/${tail}`, async (ctx, opened, id) => {
    calls.access(change.access ?? change.operation, opened.viewer.account);
    if (!(await isProven(ctx, opened, change.operation, change.isStepUp))) return;
    const found = await current(opened.viewer, id);
    const values = valuesOf(spec, 'change', await shownOf(found.object, opened.viewer));
    await show(ctx, opened, found, { status: 200, values, errors: NO_ERRORS });
  });

  router.post(`${spec.path}/:id/${tail}`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx, undefined, LARGEST_FORM);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { viewer } = opened;
    calls.access(change.access ?? change.operation, viewer.account);
    const { object } = await current(viewer, id);
    const its = narrowedTo(object, spec);
    const values = givenOf(its, 'change', form);
    const version = versionOf(form);
    const changed = afterRowsButton(its, 'change', form, values);
    if (changed) return show(ctx, opened, { object, version }, { status: 200, errors: NO_ERRORS, ...changed });
    const call = async (): Promise<void> => {
      const shown = await shownOf(object, viewer);
      const changes = await changeOf(find, viewer, its, { object, shown, values });
      const body = change.body?.(changes, object) ?? changes;
      if (Object.keys(body).length > 0) {
        await calls.run(change.operation, viewer.account, viewer.by, { id, body, version });
      }
      seeOther(ctx, `${spec.hrefOf(id)}?done=changed`);
    };
    await submitter(parts, its, 'change')(ctx, opened, `${spec.hrefOf(id)}/${tail}`, call, (status, errors) =>
      show(ctx, opened, { object, version }, { status, values, errors }),
    );
  });
};

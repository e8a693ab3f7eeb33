/** Takes single rights from a delegation or a grant: the choice of what stays, the preview of what ends, and the call. */
import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import {
  type NarrowableAt,
  type NarrowChoiceModel,
  type NarrowPreviewModel,
  narrowChoicePage,
  narrowPreviewPage,
} from '../../../views/pages/console-narrowing.ts';
import { narrowWords as words } from '../../../views/words/console-narrowing.ts';
import { isNarrowable, isNothing, split, type Taking } from '../../domain/authority/grants/grant-service.ts';
import type { GrantRights } from '../../domain/ports/grants.ts';
import { detailId } from '../../domain/resources/authorization-details/detail-id.ts';
import { canonicalDigest } from '../../domain/vocabulary/canonical-digest.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { detailsToTake } from '../account/details-in-words.ts';
import { readRights } from '../interaction/consent-model.ts';
import { recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { scopeInWords } from '../interaction/rights-in-words.ts';
import type { JsonObject } from '../management/json-body.ts';
import { single } from '../middleware/form-body.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened } from './console-page.ts';

/** What a page shows of the object whose rights are narrowed, and the call. */
export type NarrowedObject = {
  readonly rights: GrantRights;
  readonly shown: Pick<NarrowChoiceModel, 'place' | 'holder' | 'person' | 'backHref' | 'endHref' | 'firstHref'>;
  readonly action: string;
  /** Epoch seconds since which it exists. */
  readonly since: number;
  readonly obstacle?: 'over' | 'isHop';
  readonly lastUsedAt?: number;
  /** What else loses the rights. */
  readonly losses: (
    removed: GrantRights,
    left: GrantRights,
  ) => Promise<Pick<NarrowPreviewModel, 'below' | 'instances'>>;
  readonly bodyOf: (removed: GrantRights) => JsonObject;
  /** Where the browser goes after the call. */
  readonly doneHref: string;
};

type Narrowing = {
  /** Path of the object, below the issuer's path, with `:id`. */
  readonly path: string;
  readonly operation: 'narrowDelegation' | 'narrowGrant';
  /** Throws 'not_found' for an object that the viewer does not see. */
  readonly read: (opened: Opened, id: string) => Promise<NarrowedObject>;
};

/** The call refuses these when the object has changed since the page read it. */
const CHANGED: readonly string[] = ['invalid_field', 'conflict'];

/** Adds `…/narrow`. The form does not name the rights to remove but those that stay: the digest `seen` says of which. */
export const addNarrowing = (
  { router, page, deps, calls, sessions, openedAs }: PageParts,
  { path, operation, read }: Narrowing,
): void => {
  const choose = async (
    ctx: Context,
    { frame }: Opened,
    found: NarrowedObject,
    given: { readonly stays?: Taking; readonly error?: Phrase; readonly status?: number } = {},
  ): Promise<void> => {
    const { rights, shown, action, since } = found;
    const { stays, error, status = 200 } = given;
    const obstacle = found.obstacle ?? (isSingle(rights) ? ('single' as const) : undefined);
    const model: NarrowChoiceModel = {
      ...{ ...shown, action, since, seen: digestOf(rights), ...(await choices(deps, rights, stays)) },
      ...(obstacle === undefined ? {} : { obstacle }),
      ...(error === undefined ? {} : { error }),
    };
    sendPage(ctx, status, narrowChoicePage(frame, model));
  };

  page(`${path}/narrow`, async (ctx, opened, id) => {
    calls.access(operation, opened.viewer.account);
    await choose(ctx, opened, await read(opened, id));
  });

  router.post(`${path}/narrow`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    calls.access(operation, account);
    const found = await read(opened, id);
    const { rights } = found;
    if (found.obstacle !== undefined) return choose(ctx, opened, found, { status: 409 });
    if (single(form, 'seen') !== digestOf(rights)) {
      return choose(ctx, opened, found, { status: 409, error: words.changed });
    }
    const stays = readRights(form);
    const { removed, left } = partsOf(rights, stays);
    const step = single(form, 'step');
    if (step === 'choose') return choose(ctx, opened, found, { stays });
    if (isNothing(removed)) return choose(ctx, opened, found, { stays, status: 400, error: words.untickOne });
    if (isNothing(left)) return choose(ctx, opened, found, { stays, status: 400, error: words.keepOne });
    if (step !== 'remove') {
      const { shown, action, lastUsedAt } = found;
      const model = {
        ...{ ...shown, action, seen: digestOf(rights), ...(await choices(deps, rights, stays)) },
        ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
        ...(await found.losses(removed, left)),
      };
      return sendPage(ctx, 200, narrowPreviewPage(opened.frame, model));
    }
    try {
      await calls.run(operation, account, by, { id, body: found.bodyOf(removed) });
      seeOther(ctx, `${found.doneHref}?done=rightsRemoved`);
    } catch (error) {
      if (!isDomainError(error) || !CHANGED.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      await choose(ctx, opened, await read(opened, id), { status: statusOf(error), error: words.changed });
    }
  });
};

/** All rights of it that the page can take, by the names of the form. */
const allOf = ({ openidScopes, resources, details = {} }: GrantRights): Required<Taking> => ({
  openidScopes: openidScopes.filter(isNarrowable),
  resources,
  detailIds: Object.entries(details).flatMap(([resource, some]) => some.map((one) => detailId(resource, one))),
});

/** The rights that the form leaves out, and what is left without them. */
const partsOf = (rights: GrantRights, stays: Taking): { readonly removed: GrantRights; readonly left: GrantRights } => {
  const { left: others } = split(rights, stays);
  const removed = { ...others, openidScopes: others.openidScopes.filter(isNarrowable) };
  return { removed, left: split(rights, allOf(removed)).left };
};

/** Whether no right of it can end without all of it. */
const isSingle = (rights: GrantRights): boolean => {
  const { openidScopes, resources, detailIds } = allOf(rights);
  const count = openidScopes.length + Object.values(resources).flat().length + new Set(detailIds).size;
  return count === 0 || (count === 1 && openidScopes.length === rights.openidScopes.length);
};

const digestOf = (rights: GrantRights): string => canonicalDigest(rights);

/** The rights as boxes. `stays`: what the user ticked; default: all. */
const choices = async (
  { resourceServers }: Pick<ConsoleDeps, 'resourceServers'>,
  { openidScopes, resources, details = {} }: GrantRights,
  stays: Taking | undefined,
): Promise<Pick<NarrowChoiceModel, 'at' | 'openidScopes'>> => {
  const at: NarrowableAt[] = [];
  for (const identifier of new Set([...Object.keys(resources), ...Object.keys(details)])) {
    const server = (await resourceServers.findByIdentifier(identifier))?.document;
    const ticked = (name: string): boolean =>
      stays === undefined ||
      (Object.hasOwn(stays.resources, identifier) && (stays.resources[identifier]?.includes(name) ?? false));
    at.push({
      resource: { identifier, name: server?.name ?? identifier },
      scopes: (resources[identifier] ?? []).map((name) => ({
        ...scopeInWords(name, server?.scopes ?? []),
        checked: ticked(name),
      })),
      details: detailsToTake(identifier, details[identifier] ?? [], server?.detailTypes ?? []).map((one) => ({
        ...one,
        checked: stays === undefined || (stays.detailIds?.includes(one.id) ?? false),
      })),
    });
  }
  return {
    at: at.filter(({ scopes, details: some }) => scopes.length + some.length > 0),
    openidScopes: openidScopes
      .filter(isNarrowable)
      .map((name) => ({ name, checked: stays?.openidScopes.includes(name) ?? true })),
  };
};

/** The page of a refusal in the console: it keeps the navigation, and leads back to the object or the list. */
import type { Context } from 'koa';
import type { ErrorModel } from '../../../views/pages/error.ts';
import { consoleNavigation, placeAt } from '../../../views/partials/console-frame.ts';
import { consoleWords as words } from '../../../views/words/console-frame.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import { stateOf } from '../request-state.ts';

/** An id, or the number of a version. */
const OBJECT = /^(?:versions\/\d{1,9}|[a-z]{2,8}_\w{1,100})(?=\/|$)/;

/**
 * What the console adds to the page of a refusal. Before the session of the viewer is known it adds nothing, and the page is
 * the one of all other refusals.
 */
export const errorFrame =
  (basePath: string) =>
  (ctx: Context, { code }: DomainError): Partial<ErrorModel> => {
    const frame = stateOf(ctx).consoleFrame;
    if (!frame) return {};
    const path = ctx.path.slice(basePath.length);
    const place = placeAt(path);
    const side = consoleNavigation(frame, place?.id, false);
    const home = { href: `${basePath}/console`, text: words.backToOverview };
    if (!place || !frame.sees.includes(place.id)) return { ...frame, side, onwards: home };
    const object = OBJECT.exec(path.slice(place.path.length + 1))?.[0];
    const href = `${basePath}${place.path}`;
    const single = place.id in words.backTo ? words.backTo[place.id as keyof typeof words.backTo] : undefined;
    // An object that does not exist has no page, and a page that is refused does not lead to itself.
    const isBelow = object !== undefined && path !== `${place.path}/${object}` && code !== 'not_found';
    if (isBelow && single) return { ...frame, side, onwards: { href: `${href}/${object}`, text: single } };
    if (path === place.path) return { ...frame, side, onwards: home };
    return { ...frame, side, onwards: { href, text: words.backToList(place.name) } };
  };

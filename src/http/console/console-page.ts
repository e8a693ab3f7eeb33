import type { Context } from 'koa';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';

/** The viewer, and the request. */
export type Viewer = { readonly account: Account; readonly by: By };

export type Opened = { readonly viewer: Viewer; readonly frame: ConsoleFrame };

/** Adds a page for a signed-in user. `id` is the one in the path, or empty. */
export type AddPage = (path: string, show: (ctx: Context, opened: Opened, id: string) => Promise<void>) => void;

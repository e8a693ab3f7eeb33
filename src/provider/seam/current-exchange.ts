/** The browser request under way, for code that uses oidc-provider's models outside of its own routes. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider from 'oidc-provider';

/** One request of a browser and its response. */
export type Exchange = { readonly req: IncomingMessage; readonly res: ServerResponse };

const exchanges = new AsyncLocalStorage<Exchange>();

/** Runs `work`. Models that it finds or saves belong to this exchange. */
export const duringExchange = <R>(exchange: Exchange, work: () => R): R => exchanges.run(exchange, work);

/** The exchange of the current oidc-provider route, or of `duringExchange`. */
export const exchangeNow = (): Exchange | undefined => Provider.ctx ?? exchanges.getStore();

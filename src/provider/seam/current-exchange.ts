/** The browser request under way, for uses of oidc-provider's models outside of its own routes. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider from 'oidc-provider';

/** One request of a browser and the answer to it. */
export type Exchange = { readonly req: IncomingMessage; readonly res: ServerResponse };

const exchanges = new AsyncLocalStorage<Exchange>();

/** Models that `work` finds or saves belong to this exchange. */
export const duringExchange = <R>(exchange: Exchange, work: () => R): R => exchanges.run(exchange, work);

/** The exchange of the oidc-provider route under way, or of `duringExchange`. */
export const exchangeNow = (): Exchange | undefined => Provider.ctx ?? exchanges.getStore();

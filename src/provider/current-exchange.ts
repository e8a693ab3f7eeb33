/** Which request of a browser is under way, where oidc-provider's models are used outside of its own routes. */
import { AsyncLocalStorage } from 'node:async_hooks';
import Provider from 'oidc-provider';
import type { Exchange } from './browser-state.ts';

const exchanges = new AsyncLocalStorage<Exchange>();

/** Models that `work` finds or saves belong to this exchange. */
export const duringExchange = <R>(exchange: Exchange, work: () => R): R => exchanges.run(exchange, work);

/** The exchange of the route of oidc-provider that is under way, or of `duringExchange`. */
export const exchangeNow = (): Exchange | undefined => Provider.ctx ?? exchanges.getStore();

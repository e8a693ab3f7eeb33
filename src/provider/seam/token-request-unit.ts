/**
 * One request at the token endpoint, as a unit: validate → audit → consume → mint → answer (decision D12).
 *
 * oidc-provider consumes a code or refresh token, and stores the successor, before it has finished validating. While a token
 * request runs, the adapter therefore only notes what to consume and write. `settle` runs when oidc-provider is about to make
 * the access token. It writes the audit event, and then consumes by compare-and-swap.
 *
 * The noted writes are of credentials that have not left the process. They are sent to the store together with the last consumption, behind
 * it, so that SQLite commits both in one transaction. A request that loses removes what it has written: the handle of it exists
 * nowhere, and the request gets none.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors } from 'oidc-provider';
import type { ConsumptionRegistry } from './consumption-registry.ts';
import { type OfRequest, requestState, type TokenRequestUnit } from './request-state.ts';

type ProviderContext = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly oidc?: { readonly route?: string };
};

export const unitOf = (of: OfRequest): TokenRequestUnit => {
  const state = requestState(of);
  state.unit ??= { seen: new Map(), consumptions: [], claims: [], writes: [], settled: false };
  return state.unit;
};

/** The unit while it defers its writes; undefined elsewhere and afterwards. */
export const openUnit = (context: ProviderContext | undefined): TokenRequestUnit | undefined => {
  if (context?.oidc?.route !== 'token') return undefined;
  const unit = unitOf(context);
  return unit.settled ? undefined : unit;
};

/** Resolves when the network has accepted the response, or the connection is gone. */
export const answerOf = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once('close', resolve);
    response.once('finish', resolve);
  });

/** Throws InvalidGrant when another request was first. */
export const settle = async (
  context: { readonly res: ServerResponse },
  unit: TokenRequestUnit,
  { audit, consumptions }: { audit: () => Promise<void>; consumptions: ConsumptionRegistry },
): Promise<void> => {
  if (unit.settled) return;
  await audit();
  for (const claim of unit.claims) {
    if (!(await claim())) throw lostRace();
  }
  const last = unit.consumptions.at(-1);
  const consume = ({ id, expiresAt }: TokenRequestUnit['consumptions'][number]): Promise<boolean> =>
    consumptions.consume(id, expiresAt, answerOf(context.res));
  for (const one of unit.consumptions.slice(0, -1)) {
    if (!(await consume(one))) throw lostRace();
  }
  const [consumed, ...written] = await Promise.allSettled([
    last === undefined || consume(last),
    ...unit.writes.map(({ store }) => store()),
  ]);
  if (consumed.status === 'rejected' || !consumed.value) {
    // What cannot be removed now stays until it expires, and gives nothing: its handle was never sent.
    await Promise.allSettled(unit.writes.map(({ drop }) => drop()));
    throw consumed.status === 'rejected' ? consumed.reason : lostRace();
  }
  unit.settled = true;
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
};

const lostRace = (): Error => new errors.InvalidGrant('lost a race for a one-time credential');

/**
 * One request at the token endpoint, as a unit: validate → audit → consume → mint → answer (decision D12).
 *
 * oidc-provider consumes a code or refresh token, and stores the successor, before it has finished validating. While a token
 * request runs, the adapter therefore only notes what to consume and write. `settle` runs when oidc-provider is about to make
 * the access token. It writes the audit event, consumes by compare-and-swap, and only then runs the noted writes.
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
    if (!(await claim())) throw new errors.InvalidGrant('lost a race for a one-time credential');
  }
  for (const { id, expiresAt } of unit.consumptions) {
    if (!(await consumptions.consume(id, expiresAt, answerOf(context.res)))) {
      throw new errors.InvalidGrant('lost a race for a one-time credential');
    }
  }
  unit.settled = true;
  await Promise.all(unit.writes.map((write) => write()));
};

/**
 * One request at the token endpoint, as a unit: validate → audit → consume → mint → answer (decision D12).
 *
 * oidc-provider consumes a code or refresh token, and stores the successor, before it has finished validating. While a token
 * request runs, the adapter therefore only notes what to consume and write. `settle` runs when oidc-provider is about to make
 * the access token.
 *
 * A store that commits several documents at once gets the mark of the used credential, the event and the noted writes in one transaction
 * (decision 55). Then a request that loses a race leaves no event of a token. Elsewhere, and where more than insertions are noted, `settle` writes the event, and
 * then consumes by compare-and-swap. The noted writes are of credentials that have not left the process. They are sent to the
 * store together with the last consumption, behind it. A request that loses removes what it has written: the handle of it
 * exists nowhere, and the request gets none.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors } from 'oidc-provider';
import type { Together } from '../../domain/audit/audit-event.ts';
import { type Insertion, isDocumentConflict } from '../../domain/ports/document-store.ts';
import type { BegunUse, ConsumptionRegistry } from './consumption-registry.ts';
import { type OfRequest, requestState, type TokenRequestUnit } from './request-state.ts';

type ProviderContext = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly oidc?: { readonly route?: string };
};

export const unitOf = (of: OfRequest): TokenRequestUnit => {
  const state = requestState(of);
  state.unit ??= {
    seen: new Map(),
    consumptions: [],
    claims: [],
    writes: [],
    settleWhenStored: undefined,
    settled: false,
  };
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

type Settling = {
  /** Writes the event, with `together` in the same transaction where the store can. Resolves with true if it did. */
  readonly appendEvent: (together: Together | undefined) => Promise<boolean>;
  /** The checks that follow the event. Throws to refuse the request. Where the event can use something up, they only read. */
  readonly check: () => Promise<void>;
  readonly consumptions: ConsumptionRegistry;
  /** Whether the log stores an event and other documents in one transaction, as AuditLog says. */
  readonly isTransactional: boolean;
};

/** Throws InvalidGrant when another request was first. */
export const settle = async (
  context: { readonly res: ServerResponse },
  unit: TokenRequestUnit,
  settling: Settling,
): Promise<void> => {
  if (unit.settled) return;
  const { consumptions } = settling;
  if (await appended(context, unit, settling)) {
    unit.settled = true;
    return;
  }
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
    await dropAll(unit);
    throw consumed.status === 'rejected' ? consumed.reason : lostRace();
  }
  unit.settled = true;
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
};

/** Appends the event and checks. Resolves with true if all that the unit defers was stored with the event. */
const appended = async (
  context: { readonly res: ServerResponse },
  unit: TokenRequestUnit,
  { appendEvent, check, consumptions, isTransactional }: Settling,
): Promise<boolean> => {
  const joined = isTransactional ? await joinedOf(unit, consumptions) : undefined;
  let isTogether: boolean;
  try {
    isTogether = await appendEvent(joined?.together);
  } catch (error) {
    if (!joined?.use || !isDocumentConflict(error)) {
      joined?.use?.failed();
      throw error;
    }
    joined.use.lost();
    throw lostRace();
  }
  if (!isTogether) joined?.use?.failed();
  try {
    await check();
  } catch (error) {
    if (isTogether) {
      await dropAll(unit);
      await giveBack(unit, consumptions, joined?.use);
    }
    throw error;
  }
  if (isTogether) joined?.use?.won(answerOf(context.res));
  return isTogether;
};

/** A value whose mark cannot be removed stays used. Its use has no answer, so another try of the client is no replay here. */
const giveBack = async (
  unit: TokenRequestUnit,
  consumptions: Pick<ConsumptionRegistry, 'release'>,
  use: BegunUse | undefined,
): Promise<void> => {
  try {
    await consumptions.release(unit.consumptions.map(({ id }) => id));
    use?.failed();
  } catch {
    use?.won(new Promise(() => undefined));
  }
};

type Joined = { readonly use: BegunUse | undefined; readonly together: Together };

/** What the event is stored with. Undefined: nothing, or something that is no insertion. */
const joinedOf = async (
  { claims, consumptions: uses, writes }: TokenRequestUnit,
  consumptions: Pick<ConsumptionRegistry, 'begin'>,
): Promise<Joined | undefined> => {
  const [first, ...others] = uses;
  if (claims.length > 0 || others.length > 0 || (first === undefined && writes.length === 0)) return undefined;
  const insertions: Insertion[] = [];
  for (const { insertion } of writes) {
    if (!insertion) return undefined;
    insertions.push(await insertion());
  }
  const use = first && consumptions.begin(first.id, first.expiresAt);
  return { use, together: { claim: use?.insertion, writes: insertions } };
};

/** What cannot be removed now stays until it expires, and gives nothing: its handle was never sent. */
const dropAll = async ({ writes }: TokenRequestUnit): Promise<void> => {
  await Promise.allSettled(writes.map(({ drop }) => drop()));
};

const lostRace = (): Error => new errors.InvalidGrant('lost a race for a one-time credential');

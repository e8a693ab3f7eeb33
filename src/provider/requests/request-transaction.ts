/**
 * The parameter `transaction` of requests that oidc-provider handles: client credentials, authorization, pushed, device and
 * CIBA requests, and what follows from them. A grant keeps the transaction of its request, and so do all its tokens.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { refuser } from '../../domain/authority/decision/refuser.ts';
import {
  checkParticipant,
  NAMED_TRANSACTION_REFUSALS,
  namedTransaction,
  transactionOf,
} from '../../domain/authority/transactions/named-transaction.ts';
import type { Transaction } from '../../domain/authority/transactions/transaction.ts';
import type { TransactionRegistry } from '../../domain/authority/transactions/transaction-registry.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { noteFacts } from '../seam/request-event.ts';
import { requestState } from '../seam/request-state.ts';

const PARAMETER = 'transaction';

const REFUSALS = {
  ...NAMED_TRANSACTION_REFUSALS,
  transaction_other: {
    code: 'invalid_request',
    layer: 'transaction',
    field: PARAMETER,
    text: 'what was authorized belongs to another transaction; leave the parameter out',
  },
  transaction_repeated: {
    code: 'invalid_request',
    layer: 'request',
    field: PARAMETER,
    text: 'transaction is given more than once',
  },
} as const;

/** The same where a code, device code or refresh token belongs to the transaction: asking again does not help. */
const OF_A_GRANT = {
  ...REFUSALS,
  transaction_ended: { ...REFUSALS.transaction_ended, code: 'invalid_grant' },
} as const;

export interface RequestTransactions {
  /** oidc-provider's hook for an additional parameter, at the endpoints that ask a person. Throws what `of` throws. */
  check(ctx: KoaContextWithOIDC): Promise<void>;

  /**
   * The open transaction of a token request: that of its grant, else the one that the request names. Of a request that asks a
   * person: the one that it names. Undefined: none. Throws DomainError with a denial, and StoreUnavailable. Read once for each
   * request.
   */
  of(ctx: KoaContextWithOIDC): Promise<Transaction | undefined>;

  /** Throws the refusal of a person who takes no part in this transaction. */
  checkPerson(transaction: Transaction | undefined, person: string | undefined): void;
}

export const requestTransactions = (deps: {
  readonly transactions: Pick<TransactionRegistry, 'live' | 'named'>;
  readonly identifiers: Identifiers;
  readonly issuer: string;
}): RequestTransactions => {
  const refuse = refuser(REFUSALS, deps.identifiers);
  const refuseGrant = refuser(OF_A_GRANT, deps.identifiers);

  /** As received: at the token endpoint oidc-provider leaves it out of its parameters. */
  const namedIn = ({ oidc }: KoaContextWithOIDC): string | undefined => {
    const { body, params, route } = oidc as unknown as {
      readonly body?: Readonly<Record<string, unknown>>;
      readonly params?: Readonly<Record<string, unknown>>;
      readonly route: string;
    };
    const value = (route === 'token' ? body : params)?.[PARAMETER];
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') return value;
    throw refuse('transaction_repeated');
  };

  const found = async (ctx: KoaContextWithOIDC): Promise<Transaction | undefined> => {
    const clientId = String(ctx.oidc.client?.clientId);
    const caller = { clientId, note: (facts: { readonly txn: string }) => noteFacts(ctx, facts) };
    const named = namedIn(ctx);
    if (ctx.oidc.route !== 'token') return namedTransaction(deps, refuse, caller, named);
    const carried = transactionOfGrant(ctx.oidc.entities.Grant);
    return transactionOf(deps, carried === undefined ? refuse : refuseGrant, caller, carried, named);
  };

  const of = async (ctx: KoaContextWithOIDC): Promise<Transaction | undefined> => {
    const state = requestState(ctx);
    state.transaction ??= { value: await found(ctx) };
    return state.transaction.value;
  };

  return {
    of,
    check: (ctx) =>
      asProtocol(async () => {
        await of(ctx);
      }),
    checkPerson(transaction, person): void {
      if (person !== undefined) checkParticipant(refuse, transaction, person);
    },
  };
};

/** The transaction of the request that a grant came from. */
const transactionOfGrant = (grant: object | undefined): string | undefined => {
  const { transaction } = (grant ?? {}) as { readonly transaction?: unknown };
  return typeof transaction === 'string' ? transaction : undefined;
};

/** As a member of a grant, from the parameters of its request. */
export const transactionMember = (
  params: Readonly<Record<string, unknown>> | undefined,
): { readonly transaction?: string } => {
  const value = params?.[PARAMETER];
  return typeof value === 'string' && value !== '' ? { transaction: value } : {};
};

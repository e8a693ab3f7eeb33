/** What a program asks for, as parameters. */
import { ConfigurationError } from './configuration-error.ts';
import { checkHooks, type Hooks } from './hooks.ts';
import type { Subject } from './subject.ts';
import type { AuthorizationDetail } from './token.ts';

/** At which API, and for what. */
export type Target = {
  /** Identifier of the API, exactly as registered (RFC 8707). */
  readonly resource?: string;
  /** Left out: all that the agent may have there. */
  readonly scopes?: readonly string[];
  /** This payment, these files (RFC 9396). */
  readonly authorizationDetails?: readonly AuthorizationDetail[];
};

/** A token on behalf of the person for whom the subject token speaks (RFC 8693). */
export type ExchangeRequest = Target & {
  readonly subject: Subject;
  /** Id of an open transaction of this agent (`trn_…`). Tokens that are exchanged from the token stay in it. */
  readonly transaction?: string;
};

/** An approval of exactly this action by people (CIBA). */
export type ApprovalRequest = Target & {
  /** Username or account id of the person for whom the agent acts. */
  readonly loginHint?: string;
  /** An ID token of that person, in place of `loginHint`. */
  readonly idTokenHint?: string;
  /** One line, shown to the approvers as words of the agent. */
  readonly bindingMessage?: string;
  /** Seconds that people have to decide, if fewer than usual. */
  readonly expiry?: number;
};

/** One call. */
export type Call = {
  readonly signal?: AbortSignal;
  /** In place of those of the agent, each by itself. A call with hooks shares no request with other calls. */
  readonly hooks?: Hooks;
};

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Throws ConfigurationError for a target of another form. */
export const checkTarget = ({ resource, scopes, authorizationDetails }: Target): void => {
  if (resource !== undefined && !URL.canParse(resource)) {
    throw new ConfigurationError('resource', 'give the identifier of the API, an absolute URI');
  }
  if (scopes !== undefined && !(Array.isArray(scopes) && scopes.every((one) => SCOPE.test(one)))) {
    throw new ConfigurationError('scopes', 'give a list of scopes, each without spaces (RFC 6749 §3.3)');
  }
  if (authorizationDetails !== undefined && !Array.isArray(authorizationDetails)) {
    throw new ConfigurationError('authorizationDetails', 'give a list of objects, each with a type (RFC 9396 §2)');
  }
};

/** Throws ConfigurationError for an id of another form. */
export const checkTransaction = (transaction: string | undefined): void => {
  if (transaction !== undefined && !/^[\x21-\x7e]{1,200}$/.test(transaction)) {
    throw new ConfigurationError('transaction', 'give the id of a transaction, as the server answered it');
  }
};

/** Throws ConfigurationError for a call of another form. */
export const checkCall = ({ signal, hooks }: Call): void => {
  checkHooks(hooks, 'hooks');
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ConfigurationError('signal', 'give an AbortSignal');
};

/** The parameters of a target. An empty list is left out. */
export const targetParameters = (
  { resource, authorizationDetails }: Target,
  scopes: readonly string[] | undefined,
): Readonly<Record<string, string | undefined>> => ({
  resource,
  scope: scopes && scopes.length > 0 ? scopes.join(' ') : undefined,
  authorization_details:
    authorizationDetails && authorizationDetails.length > 0 ? JSON.stringify(authorizationDetails) : undefined,
});

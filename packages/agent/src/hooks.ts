/**
 * What a program is asked while remedies are followed. Without a hook, the remedy that needs it is not followed. A hook may be
 * asynchronous. One that returns false declines the remedy.
 */
import { ConfigurationError, checkMembers } from './configuration-error.ts';
import type { Denial, Page } from './denial.ts';
import type { Subject } from './subject.ts';

type Result<T> = T | Promise<T>;

type Asked = {
  readonly denial: Denial;
  /** Aborts when the answer is not needed any more. */
  readonly signal: AbortSignal;
};

export type Hooks = {
  /**
   * Give the page to the person for whom the token is, and to no other person. Do not open it. Return at once, or when the person
   * has decided: after that the agent asks until there is an answer or the page expires.
   */
  readonly onConsent?: (page: Asked & { readonly url: string; readonly expiresIn: number }) => unknown;
  /**
   * People are being asked about the request. Show `number`, if there is one, to the user who started the action. Return at once.
   * Without this hook the agent waits for them too, unless there is a number.
   */
  readonly onApproval?: (
    approval: Asked & { readonly authReqId: string; readonly number: string | undefined; readonly expiresIn: number },
  ) => unknown;
  /**
   * Have the person sign in again with these parameters (RFC 9470 §4), and return the new token. Or, if there is a `page`, give it to
   * the person and to no other person, and return true: the agent asks with the same token until there is an answer or the page
   * expires. False: neither.
   */
  readonly onStepUp?: (
    stepUp: Asked & {
      readonly acrValues: readonly string[];
      readonly maxAge: number | undefined;
      readonly page: Page | undefined;
    },
  ) => Result<Subject | boolean>;
  /** Return true if the program can work with exactly these scopes. The server may name others than those requested: it has refused those. */
  readonly onNarrow?: (
    narrower: Asked & { readonly scopes: readonly string[]; readonly requested: readonly string[] },
  ) => Result<boolean>;
  /** The agent is about to wait so many seconds. Without this hook it waits. */
  readonly onWait?: (wait: Asked & { readonly seconds: number }) => unknown;
};

/** How far remedies are followed for one token. Beyond a bound the agent stops. */
export type Bounds = {
  /** Remedies, 0 to 32. Default: 8. */
  readonly steps: number;
  /** Seconds, people's decisions included, 1 to 86,400. Default: 900. */
  readonly seconds: number;
  /** Requests to the token endpoint, polls included, 1 to 10,000. Default: 300. */
  readonly requests: number;
};

const HOOKS = {
  onConsent: true,
  onApproval: true,
  onStepUp: true,
  onNarrow: true,
  onWait: true,
} as const satisfies Readonly<Record<keyof Hooks, true>>;

/** Throws ConfigurationError for a hook that is not known, or is no function. */
export const checkHooks = (hooks: Hooks | undefined, path: string): void => {
  if (hooks === undefined) return;
  checkMembers(hooks, Object.keys(HOOKS), path);
  for (const [name, hook] of Object.entries(hooks)) {
    if (hook !== undefined && typeof hook !== 'function')
      throw new ConfigurationError(`${path}.${name}`, 'give a function');
  }
};

/** Asks a resource server of the package about a request, without a framework between. */
import type { Decision, Requirement, ResourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { TARGET } from './issuer.ts';

/** A clock that moves only when a test says so, in seconds. */
export const handClock = (start = Math.floor(Date.now() / 1000)) => {
  let at = start;
  return {
    now: (): number => at,
    forward(seconds: number): void {
      at += seconds;
    },
  };
};

export type Asked = {
  readonly scheme?: 'Bearer' | 'DPoP';
  readonly proof?: string;
  readonly method?: string;
  readonly target?: string;
  readonly certificate?: Uint8Array | string;
};

export const ask = (
  server: ResourceServer,
  token: string,
  requirement: Requirement = {},
  { scheme = 'Bearer', proof, method = 'GET', target = TARGET, certificate }: Asked = {},
): Promise<Decision> => {
  const headers: [string, string][] = [['Authorization', `${scheme} ${token}`]];
  if (proof !== undefined) headers.push(['DPoP', proof]);
  return server.check({ method, target, headers, certificate }, requirement);
};

/** What a test asserts of a decision: `granted`, or status, error and reason. */
export const seen = (decision: Decision): string => {
  if (decision.granted) return 'granted';
  const { error, denial } = JSON.parse(decision.answer.body);
  return `${decision.answer.status} ${error} ${denial.reason}`;
};

/** Values of a header of the answer. */
export const headerOf = (decision: Decision, name: string): readonly string[] =>
  (decision.granted ? decision.headers : decision.answer.headers).flatMap(([each, value]) =>
    each === name ? [value] : [],
  );

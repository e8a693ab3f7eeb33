/** Fields of forms about this server as a client of a token endpoint, where a static token may take its place. */
import type { JsonObject } from '../management/json-body.ts';

export type TokenClientFields = {
  /** The member that has the static token. */
  readonly token: string;
  /** Members without which there is no client. The first one is its token endpoint. */
  readonly ends: readonly [tokenEndpoint: string, ...others: string[]];
  /** Of all members about the client. */
  readonly prefix: string;
};

/** What the fields of a client send when they are emptied: nothing is left, or it authenticates without a secret. */
const EMPTIED: readonly unknown[] = [null, 'private_key_jwt'];

/**
 * The change without emptied fields of a client that ends with it: it has no token endpoint any more, or a static token takes its
 * place. The API would refuse them. What was typed stays, for a refusal that says what is wrong.
 */
export const withoutEndedClient =
  ({ token, ends, prefix }: TokenClientFields) =>
  (body: JsonObject): JsonObject => {
    const [tokenEndpoint] = ends;
    const isReplaced = Object.hasOwn(body, token) && !Object.hasOwn(body, tokenEndpoint);
    if (!isReplaced && ends.every((name) => body[name] !== null)) return body;
    const isLeftOver = (name: string, member: unknown): boolean =>
      name.startsWith(prefix) && !ends.includes(name) && EMPTIED.includes(member);
    return Object.fromEntries(Object.entries(body).filter(([name, member]) => !isLeftOver(name, member)));
  };

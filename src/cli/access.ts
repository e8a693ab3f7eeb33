/** What authenticates the calls of a command: a key file, or the account that signed in. */

export type Json = Readonly<Record<string, unknown>>;

export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** How the calls of a client are authenticated. */
export interface Access {
  readonly issuer: string;
  readonly clientId: string;
  /** The account that signed in; absent for a client that acts for itself. */
  readonly who?: string;
  /** The headers that authenticate one request. `send` makes a request of its own. */
  headers(method: string, url: string, send: Send): Promise<Readonly<Record<string, string>>>;
  /** Whether the server refused the request only because it wants another proof. */
  repeats?(response: Response): boolean;
}

/** The object in the body of a response; empty for anything else. */
export const jsonOf = async (response: Response): Promise<Json> => {
  const text = await response.text();
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : {};
  } catch {
    return {};
  }
};

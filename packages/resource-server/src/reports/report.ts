/** The token of a report. */
export type ReportedToken = { readonly jti: string | undefined; readonly txn: string | undefined };

/** What this API did with a token. It has no content of the call. */
export type Report = (
  | { /** Tool of an MCP server, up to 200 characters. */ readonly tool: string; readonly route?: never }
  | { /** Route of an API, by its pattern, up to 500 characters. */ readonly route: string; readonly tool?: never }
) & {
  /** `failed`: it was permitted and did not succeed. `refused`: this API did not permit it. */
  readonly outcome: 'done' | 'failed' | 'refused';
  /** The object, in your own words, up to 1000 characters. */
  readonly resource?: string;
  /** SHA-256 of the object before and after, base64url. See `sha256`. */
  readonly before?: string;
  readonly after?: string;
  /** When it happened, epoch seconds. Default: now. */
  readonly time?: number;
};

/** A report as it is sent. */
export type WireReport = { readonly id: string; readonly time: number; readonly json: string; readonly bytes: number };

/** The bound of the server for one report. */
const MOST_BYTES = 4096;

const encoder = new TextEncoder();

/** The report about a token, with an id of its own; or why the server would not take it. */
export const wireReport = ({ jti, txn }: ReportedToken, report: Report, now: number): WireReport | string => {
  if (jti === undefined) return 'the token has no jti';
  const { tool, route, outcome, resource, before, after, time = now } = report;
  const id = crypto.randomUUID();
  const seconds = Math.floor(time);
  let json: string;
  try {
    json = JSON.stringify({ id, time: seconds, jti, txn, tool, route, outcome, resource, before, after });
  } catch (error) {
    // A program in JavaScript can give any value.
    return `it is no JSON: ${(error as Error).message}`;
  }
  const bytes = encoder.encode(json).byteLength;
  return bytes > MOST_BYTES ? `it has more than ${MOST_BYTES} bytes` : { id, time: seconds, json, bytes };
};

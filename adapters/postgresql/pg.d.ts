/** What the adapter uses of the driver, which has no types of its own. */
declare module 'pg' {
  export type QueryConfig = {
    /** Prepared once for each connection. */
    readonly name?: string;
    readonly text: string;
    readonly values?: readonly unknown[];
    /** Milliseconds. The driver then stops waiting; the connection must be closed. */
    readonly query_timeout?: number;
  };

  /** Each row is an object by column. A `bigint` is a string. */
  export type QueryResult = {
    readonly rows: readonly Readonly<Record<string, unknown>>[];
    readonly rowCount: number | null;
  };

  export type Client = {
    /** Of several statements in one text, which has no values, the result is a list. */
    query(query: QueryConfig): Promise<QueryResult>;
    on(
      event: 'notification',
      handler: (message: { readonly channel: string; readonly payload?: string }) => void,
    ): void;
    on(event: 'error', handler: (error: Error) => void): void;
    /** What the server says beside its answers: warnings, with the settings of the adapter. */
    on(event: 'notice', handler: (notice: { readonly routine?: string | undefined }) => void): void;
    /** `drain`: the server has answered all statements. */
    on(event: 'end' | 'drain', handler: () => void): void;
    /** Number of the session at the server, while there is one. */
    readonly processID: number | null;
  };

  /** `release(true)` closes the connection. */
  export type PoolClient = Client & { release(isUnusable?: boolean): void };

  export type PoolConfig = {
    readonly host: string;
    readonly port: number;
    readonly user?: string;
    readonly password?: string;
    readonly database: string;
    readonly ssl: false | { readonly ca?: string; readonly rejectUnauthorized: true };
    readonly options: string;
    readonly application_name: string;
    readonly max: number;
    readonly keepAlive: boolean;
    readonly connectionTimeoutMillis: number;
    readonly idleTimeoutMillis: number;
    /** A connection that is older is closed when its call has ended. Default: never. */
    readonly maxLifetimeSeconds?: number;
    readonly query_timeout: number;
    readonly statement_timeout: number;
    readonly lock_timeout: number;
    readonly idle_in_transaction_session_timeout: number;
    /** Runs before a new connection is used. Its error is that of the caller that waits for the connection. */
    readonly onConnect: (client: Client) => Promise<void>;
  };

  export class Pool {
    constructor(config: PoolConfig);
    connect(): Promise<PoolClient>;
    on(event: 'error', handler: (error: Error) => void): void;
    end(): Promise<void>;
  }
}

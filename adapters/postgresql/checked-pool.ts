/** The pool, whose connections are checked, and all lead to the server that was promoted last. */
import { type Client, Pool, type PoolClient } from 'pg';
import { isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { PostgresqlAddress } from './address.ts';
import { type Confirmation, type ConfirmationClocks, confirmation, type ServerFacts } from './confirmation.ts';
import { isWithheld } from './failures.ts';
import { assertFit, assertFitAtStart } from './fitness.ts';

/** So each is judged anew, and none stays for long at a server that is no longer the primary. */
export const LIFETIME_SECONDS = 60;

const HIDDEN =
  'PostgreSQL keeps its timeline from the user, and has shown it before: grant the user EXECUTE on pg_walfile_name and pg_control_system again';

/** Of a connection. `isCutShort`: the server has ended the wait for a standby before one had the commit, since this was set. */
type Session = { readonly epoch: number; isCutShort: boolean };

/** Whether a warning says that, by the function that sent it: its text is in the language of the server. One that names none may be it. */
const saysCutShort = ({ routine }: { readonly routine?: string | undefined }): boolean =>
  routine === undefined || routine.startsWith('SyncRep');

export interface CheckedPool {
  readonly confirmation: Confirmation;
  /** A connection to the primary as this process knows it. Throws StoreUnavailable for an unsuitable server, or the error of the driver. */
  connect(): Promise<PoolClient>;
  /** False when another server was promoted since this connection began. */
  isCurrent(client: Client): boolean;
  /** Of the server of this connection, see `Confirmation`. */
  epochOf(client: Client): number;
  /** Throws StoreUnavailable when the server is unsuitable now. */
  judge(client: Client): Promise<void>;
  /** The same while the last check has refused the server. */
  judgeRefused(client: Client): Promise<void>;
  /**
   * Whether a commit since this call is at no standby, although the server waits for one: an operator cancelled the wait, which PostgreSQL
   * acknowledges with a warning.
   */
  cutShort(client: Client): () => boolean;
  end(): Promise<void>;
}

/** `most`: connections at once. `onPromotion`: a connection leads to another server than those before. */
export const checkedPool = (options: {
  readonly address: PostgresqlAddress;
  readonly deadlineMilliseconds: number;
  readonly most: number;
  readonly clocks: ConfirmationClocks;
  readonly onPromotion: () => void;
}): CheckedPool => {
  const { address, deadlineMilliseconds, most, clocks, onPromotion } = options;
  const { schema, ...server } = address;
  const pool = new Pool({
    ...server,
    application_name: 'behalf',
    max: most,
    keepAlive: true,
    connectionTimeoutMillis: deadlineMilliseconds,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    query_timeout: deadlineMilliseconds,
    // The server ends a statement that its caller has given up, and its locks. Not a commit: that waits for the disk or a standby without a limit.
    statement_timeout: deadlineMilliseconds,
    lock_timeout: deadlineMilliseconds,
    idle_in_transaction_session_timeout: 4 * deadlineMilliseconds,
    options: `-c search_path="${schema}" -c default_transaction_isolation=read\\ committed -c client_min_messages=warning`,
    onConnect: (client) => {
      // Of a connection in use; its call gets the error too. Without a listener it would end the process.
      client.on('error', () => undefined);
      client.on('notice', (notice) => {
        const session = sessions.get(client);
        if (session && saysCutShort(notice)) session.isCutShort = true;
      });
      client.on('end', () => void sessions.delete(client));
      return noted(begin(client));
    },
  });
  // Of connections that no call uses. The next call gets another one, or the error.
  pool.on('error', () => undefined);
  const known = confirmation(clocks);
  const sessions = new Map<Client, Session>();
  /** Whether the last check refused the server. */
  let isUnfit = false;
  /** Whether the server lets this user see its cluster and timeline; undefined before the first connection. */
  let seesOrigin: boolean | undefined;

  const noted = async (check: Promise<void>): Promise<void> => {
    try {
      await check;
      isUnfit = false;
    } catch (error) {
      isUnfit ||= isStoreUnavailable(error);
      throw error;
    }
  };
  const factsOf = async (client: Client): Promise<ServerFacts> => {
    if (seesOrigin === false) return assertFitAtStart(client, false);
    try {
      const facts = await assertFitAtStart(client, true);
      seesOrigin = true;
      return facts;
    } catch (error) {
      if (!isWithheld(error)) throw error;
      // This process relies on it, and would not notice a promotion any more.
      if (seesOrigin) throw new StoreUnavailable(HIDDEN);
      seesOrigin = false;
      return assertFitAtStart(client, false);
    }
  };
  const begin = async (client: Client): Promise<void> => {
    const before = known.epoch();
    const epoch = known.saw(await factsOf(client));
    sessions.set(client, { epoch, isCutShort: false });
    if (epoch !== before) onPromotion();
  };
  const isCurrent = (client: Client): boolean => sessions.get(client)?.epoch === known.epoch();

  return {
    confirmation: known,
    async connect() {
      for (;;) {
        const client = await pool.connect();
        if (isCurrent(client)) return client;
        client.release(true);
      }
    },
    isCurrent,
    epochOf: (client) => sessions.get(client)?.epoch ?? 0,
    judge: (client) => noted(assertFit(client)),
    async judgeRefused(client) {
      if (isUnfit) await noted(assertFit(client));
    },
    cutShort(client) {
      const session = sessions.get(client);
      if (session) session.isCutShort = false;
      return () => session?.isCutShort !== false;
    },
    end: () => pool.end(),
  };
};

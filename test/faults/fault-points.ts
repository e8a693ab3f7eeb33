/**
 * Named places at which a server under test can be broken: around the ports of its stores, in the SQLite file, and
 * between a decision and its answer. Nothing of it is in the server that is delivered: `faulty-server.ts` wraps what
 * `compose` is given. Who runs it strikes from outside (`fault-control.ts`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Collection,
  type CollectionDeclaration,
  type Document,
  type DocumentStore,
  StoreUnavailable,
} from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';

/** What happens there. `lose`: the caller hears that it failed. `half`: half of it happens, and the process dies. */
export type FaultAction = 'crash' | 'stall' | 'lose' | 'half';

export type Strike = {
  readonly point: string;
  readonly action: FaultAction;
  /** Passed this often before it strikes. */
  readonly skip: number;
  /** Strikes this often. */
  readonly times: number;
  /** Of a stall. */
  readonly milliseconds: number;
};

/** Names of points, by collection; other collections have none. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  audit_records: 'audit',
  consumptions: 'mark',
  provider_records: 'record',
  grants: 'grant',
  delegations: 'delegation',
  revoked_tokens: 'revocation',
  epochs: 'epoch',
};

export type FaultPoints = ReturnType<typeof faultPoints>;

export const faultPoints = () => {
  let armed: Strike | undefined;
  let skipped = 0;
  let struck = 0;

  const due = (point: string): FaultAction | undefined => {
    if (armed?.point !== point || struck >= armed.times) return undefined;
    skipped += 1;
    if (skipped <= armed.skip) return undefined;
    struck += 1;
    return armed.action;
  };
  /** Nothing after it runs. */
  const die = (): never => {
    process.kill(process.pid, 'SIGKILL');
    // The signal is delivered before the call returns; this is for the type.
    throw new Error('killed');
  };
  const strike = async (point: string): Promise<void> => {
    const action = due(point);
    if (action === 'crash') die();
    if (action === 'lose') throw new StoreUnavailable(`lost at ${point}`);
    if (action === 'stall') await new Promise((done) => setTimeout(done, armed?.milliseconds ?? 0));
  };
  /** The same where nothing may wait. */
  const strikeNow = (point: string): void => {
    const action = due(point);
    if (action === 'crash') die();
    if (action !== undefined) throw new Error(`lost at ${point}`);
  };

  const around =
    <A extends readonly unknown[], R>(name: string, call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      await strike(`${name}.before`);
      const answer = await call(...given);
      await strike(`${name}.after`);
      return answer;
    };

  const collectionAround = <T extends Document>(name: string, inner: Collection<T>): Collection<T> => ({
    ...inner,
    insert: around(name, inner.insert),
    insertMany: around(name, async (documents: readonly T[]) => {
      if (due(`${name}.during`) === 'half') {
        await inner.insertMany(documents.slice(0, Math.floor(documents.length / 2)));
        die();
      }
      await inner.insertMany(documents);
    }),
    replace: around(name, inner.replace),
    take: around(name, inner.take),
  });

  /** Points of each document that is stored there. */
  const commitAround =
    (commit: NonNullable<DocumentStore['commit']>): NonNullable<DocumentStore['commit']> =>
    async (work, bytes) => {
      await strike('audit.before');
      const names = new Set<string | undefined>();
      const result = await commit(
        (insert) =>
          work((insertion) => {
            const name = COLLECTIONS[insertion.collection];
            if (name === 'audit' && due('audit.during') === 'half') die();
            if (name !== undefined && name !== 'audit') strikeNow(`${name}.before`);
            insert(insertion);
            names.add(name);
          }),
        bytes,
      );
      for (const name of names) if (name !== undefined) await strike(`${name}.after`);
      return result;
    };

  return {
    arm(strikes: Strike | undefined): void {
      armed = strikes;
      skipped = 0;
      struck = 0;
    },
    struck: (): number => struck,

    documents: (store: DocumentStore): DocumentStore => ({
      ...store,
      ...(store.commit ? { commit: commitAround(store.commit) } : {}),
      collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
        const inner = store.collection<T>(declaration);
        const name = COLLECTIONS[declaration.name];
        return name === undefined ? inner : collectionAround(name, inner);
      },
    }),

    ephemeral: (store: EphemeralStore): EphemeralStore => ({
      ...store,
      set: around('set', store.set),
      take: around('take', store.take),
      claim: around('claim', store.claim),
    }),

    /** For `openSqlite`: the transaction is written and not committed; committed and not on the disk; on the disk. */
    sqlite: (sync: (handle: number, done: (error: Error | null) => void) => void) => ({
      onCommit: (): void => strikeNow('commit.before'),
      sync: (handle: number, done: (error: Error | null) => void): void => {
        const finish = (error: Error | null): void => {
          strike('sync.after').then(
            () => done(error),
            (lost: Error) => done(lost),
          );
        };
        strike('sync.before').then(
          () => sync(handle, finish),
          (lost: Error) => done(lost),
        );
      },
    }),

    /** Everything is decided and stored; the answer has not left yet, or half of it. */
    answers:
      (handle: (request: IncomingMessage, response: ServerResponse) => void) =>
      (request: IncomingMessage, response: ServerResponse): void => {
        if (request.method === 'POST') strikeAnswer(response);
        handle(request, response);
      },
  };

  function strikeAnswer(response: ServerResponse): void {
    const { end } = response;
    const send = end.bind(response) as (...given: unknown[]) => ServerResponse;
    response.end = ((...given: unknown[]) => {
      const [body] = given;
      const isText = typeof body === 'string' || Buffer.isBuffer(body);
      if (isText && due('answer.during') === 'half') {
        const bytes = Buffer.from(body as string);
        response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), die);
        return response;
      }
      strike('answer.before').then(
        () => send(...given),
        () => response.destroy(),
      );
      return response;
    }) as typeof response.end;
  }
};

import type { QueryResult } from 'pg';

/** Runs one statement on the connection of a call; prepared once for each connection. */
export type Statement = (text: string, values?: readonly unknown[]) => Promise<QueryResult>;

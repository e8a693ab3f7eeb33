import type { Client } from 'pg';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { ServerFacts } from './confirmation.ts';

const LEAST_VERSION = 150_000;

/** The settings that the guarantees of the store rest on, the values that keep them, and what another one allows. */
const NEEDED: readonly (readonly [setting: string, values: readonly string[], otherwise: string])[] = [
  ['fsync', ['on'], 'a crash can lose or damage what it has acknowledged'],
  ['full_page_writes', ['on'], 'a crash can damage what it has acknowledged'],
  ['synchronous_commit', ['on', 'remote_apply'], 'a crash can lose what it has acknowledged'],
];

/** What the server says now: of `synchronous_commit`, a connection keeps the value that `KEPT` has given it. */
const FACTS = `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
  current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby,
  ${NEEDED.map(([name]) => `(SELECT reset_val FROM pg_settings WHERE name = '${name}') AS ${name}`).join(', ')}`;

/** The cluster, which a standby shares with its primary. */
export const SYSTEM = '(SELECT system_identifier FROM pg_control_system())';
/** Of a server that is no standby: eight hexadecimal digits. Each promotion raises it. */
export const TIMELINE = 'left(pg_walfile_name(pg_current_wal_lsn()), 8)';

/** Whether it waits for a standby. */
export const IS_SYNCHRONOUS = `current_setting('synchronous_standby_names') <> ''`;

const ORIGIN = `${SYSTEM} AS system, CASE WHEN pg_is_in_recovery() THEN NULL ELSE ${TIMELINE} END AS timeline`;

/** A setting of the session stands against the server, the database and the user, who may all change theirs meanwhile. */
const KEPT = `set_config('synchronous_commit', current_setting('synchronous_commit'), false) AS kept`;

/** Why a server with these facts is unsuitable, with the setting and the remedy; undefined when it is suitable. */
export const unfitnessOf = (facts: Readonly<Record<string, unknown>>): string | undefined => {
  if (!(Number(facts['number']) >= LEAST_VERSION)) {
    return `PostgreSQL is version ${String(facts['version'])}: use 15 or newer`;
  }
  if (facts['encoding'] !== 'UTF8') {
    return `the database has the encoding ${String(facts['encoding'])}: create it with ENCODING 'UTF8'`;
  }
  for (const [setting, values, otherwise] of NEEDED) {
    const value = String(facts[setting]);
    if (values.includes(value)) continue;
    return `PostgreSQL runs with ${setting}=${value}, so ${otherwise}: set ${setting}=${values.join(' or ')} for the server, the database and the user`;
  }
  return facts['standby'] === true ? 'PostgreSQL is a standby, which takes no writes: name the primary' : undefined;
};

const judge = async (client: Pick<Client, 'query'>, text: string): Promise<Readonly<Record<string, unknown>>> => {
  const { rows } = await client.query({ text });
  const facts = rows[0] ?? {};
  const reason = unfitnessOf(facts);
  if (reason !== undefined) throw new StoreUnavailable(reason);
  return facts;
};

/** Throws StoreUnavailable with the reason when the server of this connection is unsuitable. */
export const assertFit = async (client: Pick<Client, 'query'>): Promise<void> => {
  await judge(client, FACTS);
};

/**
 * The same for a new connection, whose commits are durable from then on, although the server may be set otherwise. `seesOrigin`: whether
 * the server lets this user see its cluster and timeline; otherwise throws the error of the server.
 */
export const assertFitAtStart = async (client: Pick<Client, 'query'>, seesOrigin: boolean): Promise<ServerFacts> => {
  const text = `${FACTS}, ${KEPT}, ${IS_SYNCHRONOUS} AS synchronous`;
  const facts = await judge(client, seesOrigin ? `${text}, ${ORIGIN}` : text);
  const { system, timeline, synchronous } = facts;
  return {
    system: seesOrigin ? String(system) : undefined,
    timeline: seesOrigin ? Number.parseInt(String(timeline), 16) : undefined,
    isSynchronous: synchronous === true,
  };
};

import type { Client } from 'pg';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';

const LEAST_VERSION = 150_000;

/** The settings that the guarantees of the store rest on, the values that keep them, and what another one allows. */
const NEEDED: readonly (readonly [setting: string, values: readonly string[], otherwise: string])[] = [
  ['fsync', ['on'], 'a crash can lose or damage what it has acknowledged'],
  ['full_page_writes', ['on'], 'a crash can damage what it has acknowledged'],
  ['synchronous_commit', ['on', 'remote_apply'], 'a crash can lose what it has acknowledged'],
];

const FACTS = `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
  current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby,
  ${NEEDED.map(([setting]) => `current_setting('${setting}') AS ${setting}`).join(', ')}`;

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

/** Throws StoreUnavailable with the reason when the server of this connection is unsuitable. */
export const assertFit = async (client: Pick<Client, 'query'>): Promise<void> => {
  const { rows } = await client.query({ text: FACTS });
  const reason = unfitnessOf(rows[0] ?? {});
  if (reason !== undefined) throw new StoreUnavailable(reason);
};

/** Reads lists of apps in the forms of other systems, as the API takes them. Ignores members that are not read here. */
import { CommandError } from './command.ts';
import type { Json } from './management-client.ts';

export const INVENTORY_FORMATS = ['ndjson', 'csv', 'entra'] as const;
export type InventoryFormat = (typeof INVENTORY_FORMATS)[number];

const unreadable = (what: string): CommandError =>
  new CommandError(`The file cannot be read: ${what}.`, { hint: 'See docs/how-to/inventories.md for the formats.' });

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

const parsed = (json: string, what: string): unknown => {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw unreadable(`${what} is no JSON`);
  }
};

/** One JSON object a line, with the members of the API. */
const ndjson = (file: string): readonly Json[] =>
  file.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = parsed(line, `line ${index + 1}`);
    if (!isObject(value)) throw unreadable(`line ${index + 1} is no object`);
    return [value];
  });

/** The cells of a CSV text (RFC 4180), line by line. */
const cellsOf = (file: string): readonly (readonly string[])[] => {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], '', false];
  const endCell = (): void => {
    row.push(cell);
    cell = '';
  };
  for (let at = 0; at < file.length; at += 1) {
    const sign = file[at];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (file[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === ',') endCell();
    else if (sign === '\n') {
      endCell();
      rows.push(row);
      row = [];
    } else if (sign !== '\r') cell += sign;
  }
  if (isQuoted) throw unreadable('a quotation mark is not closed');
  if (cell !== '' || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return rows.filter((one) => one.some((value) => value !== ''));
};

/** The first line names the members of the API. `scopes` are separated by blanks. */
const csv = (file: string): readonly Json[] => {
  const [head = [], ...rows] = cellsOf(file.replace(/^\uFEFF/, ''));
  const names = head.map((name) => name.trim());
  for (const needed of ['external_id', 'name'])
    if (!names.includes(needed)) throw unreadable(`the first line has no column ${needed}`);
  return rows.map((row) =>
    Object.fromEntries(
      names.flatMap((name, index): [string, unknown][] => {
        const value = (row[index] ?? '').trim();
        if (value === '') return [];
        if (name === 'scopes') return [[name, value.split(/\s+/)]];
        if (name === 'people') return [[name, Number(value)]];
        return [[name, name.startsWith('is_') ? /^(?:true|yes|1)$/i.test(value) : value]];
      }),
    ),
  );
};

/** A collection of Microsoft Graph: a list, or an object with `value`. */
const collection = (value: unknown): readonly Json[] => {
  const items = isObject(value) && Array.isArray(value['value']) ? (value['value'] as unknown[]) : value;
  return Array.isArray(items) ? items.filter(isObject) : [];
};

/**
 * `{"servicePrincipals": …, "oauth2PermissionGrants": …}`, each as Microsoft Graph v1.0 answers: the grants name the service
 * principal in `clientId`, and the person in `principalId` unless `consentType` is AllPrincipals.
 */
const entra = (file: string): readonly Json[] => {
  const whole = parsed(file, 'the file');
  if (!isObject(whole)) throw unreadable('it has no servicePrincipals');
  const principals = collection(whole['servicePrincipals']);
  if (principals.length === 0) throw unreadable('it has no servicePrincipals');
  const grants = Map.groupBy(collection(whole['oauth2PermissionGrants']), ({ clientId }) => String(clientId));
  return principals.map((one) => {
    const own = grants.get(String(one['id'])) ?? [];
    const scopes = new Set(own.flatMap(({ scope }) => text(scope)?.split(/\s+/) ?? []));
    const people = new Set(own.flatMap(({ principalId }) => text(principalId) ?? []));
    const verified = one['verifiedPublisher'];
    const publisher = (isObject(verified) ? text(verified['displayName']) : undefined) ?? text(one['publisherName']);
    return {
      external_id: text(one['appId']) ?? text(one['id']),
      name: text(one['displayName']) ?? text(one['appId']),
      ...(publisher === undefined ? {} : { publisher }),
      ...(scopes.size === 0 ? {} : { scopes: [...scopes].sort() }),
      people: people.size,
      is_for_everyone: own.some(({ consentType }) => consentType === 'AllPrincipals'),
      is_enabled: one['accountEnabled'] !== false,
    };
  });
};

const READERS: Readonly<Record<InventoryFormat, (file: string) => readonly Json[]>> = { ndjson, csv, entra };

/** The apps of a file. Throws CommandError when it has another form. */
export const readInventory = (file: string, format: InventoryFormat): readonly Json[] => READERS[format](file);

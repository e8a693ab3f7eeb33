/** The races at the store ports themselves: take, claim, count, replace, insert and unique keys. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import { type DocumentStore, isDocumentConflict } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import type { CampaignRun } from './campaign.ts';
import { PARALLEL, type Race, runRaces } from './race.ts';

type Row = { readonly id: string; readonly slot: string; readonly by: number };

const ROWS = { name: 'race_rows', indexes: [{ fields: ['slot'], unique: true }] } as const;

/** All at once; answers how many won. */
const count = async (use: (index: number) => Promise<boolean>): Promise<number> => {
  const outcomes = await Promise.all(Array.from({ length: PARALLEL }, (_, index) => use(index)));
  return outcomes.filter(Boolean).length;
};

const exactlyOne = (winners: number): string | undefined => (winners === 1 ? undefined : `${winners} winners`);

/** An insert that answers whether it was the one that got in. */
const won = async (insert: Promise<void>): Promise<boolean> => {
  try {
    await insert;
    return true;
  } catch (error) {
    if (isDocumentConflict(error)) return false;
    throw error;
  }
};

const racesOf = (documents: DocumentStore, ephemeral: EphemeralStore): readonly Race[] => {
  const rows = documents.collection<Row>(ROWS);
  let last = 0;
  const next = (): string => `r${++last}`;
  return [
    {
      name: 'document insert',
      async trial() {
        const id = next();
        const winners = await count((by) => won(rows.insert({ id, slot: `${id}/${by}`, by })));
        const stored = await rows.get(id);
        return exactlyOne(winners) ?? (stored?.version === 1 ? undefined : 'the winner is not stored');
      },
    },
    {
      name: 'document unique key',
      async trial() {
        const slot = next();
        const winners = await count((by) => won(rows.insert({ id: `${slot}-${by}`, slot, by })));
        return exactlyOne(winners);
      },
    },
    {
      name: 'document replace',
      async trial() {
        const id = next();
        await rows.insert({ id, slot: id, by: -1 });
        const winner = { by: -1 };
        const winners = await count(async (by) => {
          const isWinner = await rows.replace({ id, slot: id, by }, 1);
          if (isWinner) winner.by = by;
          return isWinner;
        });
        const stored = await rows.get(id);
        const isKept = stored?.document.by === winner.by && stored.version === 2;
        return exactlyOne(winners) ?? (isKept ? undefined : `stored is ${JSON.stringify(stored)}, not ${winner.by}`);
      },
    },
    {
      name: 'document take',
      async trial() {
        const id = next();
        await rows.insert({ id, slot: id, by: -1 });
        const winners = await count(async () => (await rows.take(id)) !== undefined);
        return exactlyOne(winners) ?? ((await rows.get(id)) === undefined ? undefined : 'taken and still there');
      },
    },
    {
      name: 'ephemeral take',
      async trial() {
        const key = next();
        await ephemeral.set(key, 'value', 60);
        return exactlyOne(await count(async () => (await ephemeral.take(key)) === 'value'));
      },
    },
    {
      name: 'ephemeral claim',
      async trial() {
        const key = next();
        return exactlyOne(await count(() => ephemeral.claim(key, 60)));
      },
    },
    {
      name: 'ephemeral count',
      async trial() {
        const key = next();
        const counts = await Promise.all(Array.from({ length: PARALLEL }, () => ephemeral.count(key, 60)));
        return new Set(counts).size === PARALLEL && Math.max(...counts) === PARALLEL
          ? undefined
          : `counts ${counts.toSorted((one, other) => one - other).join(' ')}`;
      },
    },
  ];
};

export const adapterRaces = async (
  run: CampaignRun,
  store: 'memory' | 'sqlite',
  trials: number,
): Promise<Record<string, number>> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-races-'));
  const database = store === 'sqlite' ? openSqlite({ file: join(folder, 'races.db') }) : undefined;
  const documents = database ? sqliteDocumentStore(database) : memoryDocumentStore();
  const ephemeral = database ? sqliteEphemeralStore(database, systemClock) : memoryEphemeralStore(systemClock);
  try {
    return await runRaces(run, `${store} adapter`, racesOf(documents, ephemeral), trials);
  } finally {
    await documents.close();
    await ephemeral.close();
    await rm(folder, { recursive: true, force: true });
  }
};

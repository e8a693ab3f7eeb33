/** Models of the page about the server itself. Text that another party chose goes through `text`. */
import type { Html } from '../../../views/html.ts';
import { type HealthModel, healthPage } from '../../../views/pages/console-health.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';

const NOON = 1_790_000_000;
const MEBIBYTE = 1024 * 1024;

export const healthPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const well: HealthModel = {
    ...frame,
    ...{ issuer: 'https://id.example.com', version: '0.1.0', nodeVersion: '24.21.0', mode: 'production' },
    ...{ startedAt: NOON - 86_400, now: NOON, clock: 'steady', isReady: true, problems: [] },
    stores: { document: 'sqlite', ephemeral: 'sqlite' },
    volume: { size: 51_200 * MEBIBYTE, free: 20_480 * MEBIBYTE, reserve: 64 * MEBIBYTE },
    nodes: [
      ...(['serving', 'silent'] as const).map((state, index) => ({
        ...{ id: text(`nod_${index}`), host: text('id-1'), process: 4711 + index, state },
        ...{ lastHeartbeatAt: NOON - 3_600 * index, isThis: index === 0 },
      })),
    ],
    waiting: { count: 3, isMore: false },
    dead: { count: 500, isMore: true },
    deadHref: `${frame.basePath}/console/dead-letters`,
    checkpoint: { number: 812, at: NOON - 20 },
    streams: 3,
    sinks: { count: 2, failing: ['snk_0000000000000001'], backlog: 120 },
    backedUpAt: NOON - 3_600,
    backupFolder: text('/var/lib/behalf/backups'),
    backups: [{ name: text('behalf-2026-11-25T02-00-00-000Z.db'), bytes: 40 * MEBIBYTE, createdAt: NOON - 3_600 }],
    ...{ backupRunning: text('behalf-2026-11-25T03-00-00-000Z.db'), backupFailure: text('the file is damaged') },
    backUpHref: `${frame.basePath}/console/server/backup`,
  };
  const { volume: _, checkpoint: __, backedUpAt: ___, backupFolder: ____, backUpHref: _____, ...rest } = well;
  return {
    'console-server': healthPage(well),
    'console-server-not-ready': healthPage({
      ...well,
      ...{ isReady: false, clock: 'unsteady', mode: 'development', backups: [] },
      problems: [{ check: 'nodes', reason: text('the clock is 4.0 s or more apart from 1 of 1 other nodes') }],
      volume: { size: 100 * MEBIBYTE, free: 0, reserve: 0 },
      ...{ mismatchFoundAt: NOON, allEndedBefore: NOON, restoredAt: NOON },
    }),
    'console-server-elsewhere': healthPage({
      ...rest,
      ...{ stores: { document: 'mongodb', ephemeral: 'redis' }, nodes: [], backups: [] },
      waiting: { count: 0, isMore: false },
      dead: { count: 0, isMore: false },
    }),
  };
};

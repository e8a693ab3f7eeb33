/**
 * The transparency log below `/log/ID` (C2SP tlog-tiles), public, without a token, and its last checkpoint at `/log/checkpoint`. Owns
 * paths, statuses and caching. domain/audit/transparency-log owns what the log says. Mounted by app.ts.
 */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { TransparencyLog } from '../domain/audit/transparency-log/transparency-log.ts';
import { type ProblemLog, sendProblem } from './problem.ts';

const TILE_OF_LOG = /^\/log\/([^/]+)\/tile\/(.+)$/;
/** Level 0 to 63 or `entries`; an index of groups of three digits; a width of 1 to 255. */
const TILE = /^(entries|[1-5]?\d|6[0-3])\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;
const FULL = 256;
/** A later answer for one path is the same one, byte by byte: the path contains the id of the log. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const A_MOMENT = 'public, max-age=1';

type Asked = { readonly level: number | 'entries'; readonly index: number; readonly width?: number };

export const transparencyLogRouter = ({
  transparencyLog,
  log,
}: {
  readonly transparencyLog: Pick<TransparencyLog, 'head' | 'tile' | 'bundle'>;
  readonly log: ProblemLog;
}): Router => {
  const router = new Router({ sensitive: true, strict: true });

  const answer = async (ctx: Context, read: () => Promise<boolean>): Promise<void> => {
    // A page of any origin may verify the log.
    ctx.set('Access-Control-Allow-Origin', '*');
    try {
      if (!(await read())) ctx.status = 404;
    } catch (error) {
      sendProblem(ctx, error, log);
    }
  };

  /** Answers the checkpoint of the present log, if that is the one of this id. */
  const checkpoint = async (ctx: Context, id?: string): Promise<boolean> => {
    const head = await transparencyLog.head();
    if (head.id !== (id ?? head.id)) return false;
    ctx.body = head.checkpoint;
    ctx.set('Content-Type', 'text/plain; charset=utf-8');
    ctx.set('Cache-Control', A_MOMENT);
    return true;
  };

  router.get('/log/checkpoint', (ctx) => answer(ctx, () => checkpoint(ctx)));
  router.get('/log/:log/checkpoint', (ctx) => answer(ctx, () => checkpoint(ctx, ctx.params['log'])));

  router.get(TILE_OF_LOG, (ctx) =>
    answer(ctx, async () => {
      const [, id = '', path = ''] = TILE_OF_LOG.exec(ctx.path) ?? [];
      const asked = askedOf(path);
      if (!asked) return false;
      const { level, index, width } = asked;
      const bytes =
        level === 'entries'
          ? await transparencyLog.bundle(index, width, id)
          : await transparencyLog.tile(level, index, width, id);
      if (!bytes) return false;
      ctx.body = bytes;
      ctx.set('Content-Type', 'application/octet-stream');
      ctx.set('Cache-Control', FOR_EVER);
      return true;
    }),
  );
  return router;
};

/** Undefined for a path of no tile: also for one with more zeros than its index needs. */
const askedOf = (path: string): Asked | undefined => {
  const [, level = '', groups = '', width] = TILE.exec(path) ?? [];
  if (level === '' || groups.startsWith('x000/') || Number(width ?? 1) >= FULL) return undefined;
  return {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replace(/[x/]/g, '')),
    ...(width === undefined ? {} : { width: Number(width) }),
  };
};

import type { Context } from 'koa';
import { pageCsp } from '../../../views/content-security-policy.ts';
import { sendChunks } from '../line-answer.ts';
import type { PageParts } from './console-forms.ts';

const asDownload = (ctx: Context, name: string): void => {
  ctx.set('Content-Security-Policy', pageCsp({ formTargets: [], scripts: false }));
  ctx.set('Content-Disposition', `attachment; filename="${name}"`);
};

/**
 * Adds `GET /console/transactions/:id/receipt.jws` and `/console/transactions/:id/evidence.zip`: the receipt of a closed
 * transaction and its evidence as files. The operations of the management API say who may read them, and refuse an open one.
 */
export const addTransactionFiles = ({ page, calls }: PageParts): void => {
  page('/console/transactions/:id/receipt.jws', async (ctx, { viewer: { account, by } }, id) => {
    const { body } = await calls.run('getTransactionReceipt', account, by, { id });
    if (!body) return;
    ctx.body = `${body.receipt}\n`;
    ctx.type = 'application/jose';
    asDownload(ctx, `${id}.jws`);
  });

  page('/console/transactions/:id/evidence.zip', async (ctx, { viewer: { account, by } }, id) => {
    const { archive } = await calls.run('getTransactionEvidence', account, by, { id });
    if (!archive) return;
    const failed = (error: unknown): void => void ctx.app.emit('error', error, ctx);
    await sendChunks(ctx, archive.bytes, { type: 'application/zip', failed });
    asDownload(ctx, archive.name);
  });
};

import type { PageParts } from './console-forms.ts';
import { asDownload, sendArchive } from './downloads.ts';

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
    await sendArchive(ctx, (await calls.run('getTransactionEvidence', account, by, { id })).archive);
  });
};

/** Answers of the console that a browser saves as a file. */
import type { Context } from 'koa';
import { pageCsp } from '../../../views/content-security-policy.ts';
import { sendChunks } from '../line-answer.ts';

export const asDownload = (ctx: Context, name: string): void => {
  ctx.set('Content-Security-Policy', pageCsp({ formTargets: [], scripts: false }));
  ctx.set('Content-Disposition', `attachment; filename="${name}"`);
};

/** Sends an archive while it is made. A failure breaks the answer off, so that no browser keeps half of it as whole. */
export const sendArchive = async (
  ctx: Context,
  archive: { readonly name: string; readonly bytes: AsyncIterable<Buffer> } | undefined,
): Promise<void> => {
  if (!archive) return;
  const failed = (error: unknown): void => void ctx.app.emit('error', error, ctx);
  await sendChunks(ctx, archive.bytes, { type: 'application/zip', failed });
  asDownload(ctx, archive.name);
};

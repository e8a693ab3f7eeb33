import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Context } from 'koa';
import type { Asset } from '../../views/assets.ts';

type Encoding = 'br' | 'gzip';

const COMPRESS: Readonly<Record<Encoding, (body: Buffer) => Buffer>> = {
  br: (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  gzip: (body) => gzipSync(body, { level: 9 }),
};

/** Compresses each file once, at its first request. */
const compressed = new WeakMap<Asset, Map<Encoding, Buffer>>();

const bodyIn = (asset: Asset, encoding: Encoding): Buffer => {
  const known = compressed.get(asset) ?? new Map<Encoding, Buffer>();
  compressed.set(asset, known);
  const made = known.get(encoding) ?? COMPRESS[encoding](asset.body);
  known.set(encoding, made);
  return made;
};

/**
 * Sends one of our files, compressed if the browser accepts it. Compresses files only, because they are the same for every
 * user. A page holds secrets of its session beside text that other parties chose, and its length must not reveal them
 * (BREACH). No page and no JSON is therefore compressed here.
 */
export const sendAsset = (ctx: Context, asset: Asset): void => {
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  ctx.set('Vary', 'Accept-Encoding');
  ctx.type = asset.type;
  const encoding = (['br', 'gzip'] as const).find((one) => ctx.acceptsEncodings(one) === one);
  if (encoding) {
    ctx.set('Content-Encoding', encoding);
    ctx.body = bodyIn(asset, encoding);
  } else ctx.body = asset.body;
};

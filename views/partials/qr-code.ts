import { encode } from 'uqr';
import { type Html, html, type Phrase } from '../html.ts';

/** Modules of white around it (ISO/IEC 18004 §6.3.8). */
const QUIET = 4;

/**
 * A text as a QR code: one path, without style or script, dark on white in either colour scheme. Screen readers read `label`
 * instead.
 */
export const qrCode = (text: string, label: Phrase): Html => {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  const dark = data
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : [])))
    .join('');
  const side = size + 2 * QUIET;
  return html`<svg role="img" aria-label="${label}" viewbox="0 0 ${side} ${side}" shape-rendering="crispEdges"><rect width="${side}" height="${side}" fill="#fff"></rect><path fill="#000" d="${dark}"></path></svg>`;
};

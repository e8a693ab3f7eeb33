/** The operator's brand: what pages show of it, and the files that the server sends for it. */
import { createHash } from 'node:crypto';
import type { Asset } from '../../views/assets.ts';
import type { Brand } from '../../views/brand.ts';

export type BrandFiles = {
  /** Absent: pages show ours. */
  readonly brand?: Brand;
  /** Its file at a path such as `/assets/logo.1f0c….png`; undefined for any other path. */
  assetByPath(path: string): Asset | undefined;
};

type Settings = Omit<Brand, 'name' | 'logo' | 'style'> & {
  readonly name?: string;
  readonly logo?: Asset & { readonly ending: string };
  readonly accentColor?: { readonly light: string; readonly dark: string };
};

export const brandFiles = (settings: Settings | undefined): BrandFiles => {
  if (settings === undefined) return { assetByPath: () => undefined };
  const { name = 'Behalf', logo, accentColor, supportUrl, privacyUrl, termsUrl } = settings;
  const files = new Map<string, Asset>();
  const add = (file: string, ending: string, { body, type }: Asset): string => {
    const path = `/assets/${file}.${createHash('sha256').update(body).digest('hex').slice(0, 16)}.${ending}`;
    files.set(path, { body, type });
    return path;
  };
  const style = accentColor && { body: Buffer.from(styleOf(accentColor)), type: 'text/css; charset=utf-8' };
  return {
    brand: {
      name,
      ...(logo ? { logo: add('logo', logo.ending, logo) } : {}),
      ...(style ? { style: add('brand', 'css', style) } : {}),
      ...(supportUrl === undefined ? {} : { supportUrl }),
      ...(privacyUrl === undefined ? {} : { privacyUrl }),
      ...(termsUrl === undefined ? {} : { termsUrl }),
    },
    assetByPath: (path) => files.get(path),
  };
};

/** White on the light accent and black on the dark one have enough contrast, because the accent has it on the surfaces. */
const styleOf = ({ light, dark }: { readonly light: string; readonly dark: string }): string =>
  `:root{--accent:${light};--on-accent:#ffffff}
@media (prefers-color-scheme:dark){:root{--accent:${dark};--on-accent:#000000}}
`;

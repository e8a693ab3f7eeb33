/** The operator's brand, from its settings and its logo. Called by compose.ts. */
import { logoOf } from '../../config/brand.ts';
import type { Configuration } from '../../config/configuration.ts';
import { type BrandFiles, brandFiles } from '../http/brand.ts';

/** Reads the logo. Throws when the file is no logo any more. */
export const brandOf = ({ brand }: Configuration): BrandFiles => {
  if (brand === undefined || Object.keys(brand).length === 0) return brandFiles(undefined);
  const { logoFile, ...settings } = brand;
  return brandFiles({ ...settings, ...(logoFile === undefined ? {} : { logo: logoOf(logoFile) }) });
};

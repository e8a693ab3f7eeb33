import { createHash } from 'node:crypto';
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';

/**
 * Identifies an authorization detail in a form or a call: a digest of its content and resource, 22 characters of
 * base64url.
 */
export const detailId = (resource: string, detail: Detail): string =>
  createHash('sha256')
    .update(JSON.stringify([resource, canonicalJson(detail)]))
    .digest('base64url')
    .slice(0, 22);

import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/**
 * SHA-256 over the canonical JSON (RFC 8785) of a value, base64url, 43 characters. Throws for a value without canonical
 * form.
 */
export const canonicalDigest = (value: unknown): string => hash('sha256', String(canonicalJson(value)), 'base64url');

import { base64url } from 'jose';

const encoder = new TextEncoder();

/** SHA-256 of a text or of bytes, base64url, 43 characters. */
export const sha256 = async (value: string | Uint8Array<ArrayBuffer>): Promise<string> => {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
};

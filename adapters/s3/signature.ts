/** Signature Version 4 of AWS, in the header Authorization, for S3. */
import { createHmac, hash } from 'node:crypto';

export type S3Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * All headers of a request, with its signature. `path`: encoded; there is no query. `headers`: lower case, further ones that are
 * signed. `millis`: the present time, which the service compares with its own.
 */
export const signedHeaders = (
  {
    method,
    host,
    path,
    body,
    headers = {},
  }: {
    readonly method: 'GET' | 'PUT';
    readonly host: string;
    readonly path: string;
    readonly body: Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  },
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
  { region, millis }: { readonly region: string; readonly millis: number },
): Readonly<Record<string, string>> => {
  const time = new Date(millis).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const digest = hash('sha256', body, 'hex');
  const signed: Readonly<Record<string, string>> = {
    ...headers,
    host,
    'x-amz-content-sha256': digest,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const request = [method, path, '', lines, names.join(';'), digest].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', request, 'hex')].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return {
    ...signed,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`,
  };
};

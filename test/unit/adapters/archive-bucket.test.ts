/** The S3 client of the archive: its signature against the example of AWS, and its errors against a server on loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { archiveBucket } from '../../../adapters/s3/archive-bucket.ts';
import { signedHeaders } from '../../../adapters/s3/signature.ts';
import { archivePlace } from '../../../src/cli/archive-place.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const millis = Date.UTC(2013, 4, 24);

test('signs as the example of AWS does (Signature Version 4, GET Object)', () => {
  const request = { method: 'GET', host: 'examplebucket.s3.amazonaws.com', path: '/test.txt' } as const;
  const headers = { range: 'bytes=0-9' };
  const { authorization } = signedHeaders({ ...request, headers, body: new Uint8Array() }, credentials, {
    region: 'us-east-1',
    millis,
  });
  expect(authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

let server: Server;
let answers: { readonly status: number; readonly body: string }[];
let asked: string[];
beforeEach(async () => {
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status, body } = answers.shift() ?? { status: 500, body: '' };
    request.resume().once('end', () => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => void server.close());
const bucket = () => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { endpoint, region: 'eu-central-1', bucket: 'archive', prefix: 'a/', credentials };
  return archiveBucket(settings, () => millis);
};

test('reads and writes below its prefix, and tells an absent object from an absent bucket', async () => {
  answers.push(
    { status: 200, body: '' },
    { status: 200, body: 'text' },
    { status: 404, body: '<Code>NoSuchKey</Code>' },
  );
  await bucket().write('tile/0/000', Buffer.from('text'));
  expect(String(await bucket().read('tile/0/000'))).toBe('text');
  expect(await bucket().read('tile/0/001')).toBeUndefined();
  expect(asked).toEqual(['PUT /archive/a/tile/0/000', 'GET /archive/a/tile/0/000', 'GET /archive/a/tile/0/001']);
  answers.push({ status: 404, body: '<Code>NoSuchBucket</Code>' }, { status: 403, body: '<Code>AccessDenied</Code>' });
  await expect(bucket().read('x')).rejects.toThrow('NoSuchBucket');
  await expect(bucket().write('x', Buffer.from(''))).rejects.toThrow('AccessDenied');
});

test('asks again while the service fails, four times at most', async () => {
  answers.push({ status: 503, body: '' }, { status: 500, body: '' }, { status: 200, body: 'text' });
  expect(String(await bucket().read('x'))).toBe('text');
  asked = [];
  await expect(bucket().read('x')).rejects.toThrow('does not answer: status 500. Run the command again later.');
  expect(asked).toHaveLength(4);
});

test.each([
  ['s3://', {}, 'is no place in S3'],
  ['s3://UPPER/x', {}, 'is no place in S3'],
  ['s3://archive/../x', {}, 'is no place in S3'],
  ['s3://archive/a b', {}, 'is no place in S3'],
  ['s3://archive', { AWS_SECRET_ACCESS_KEY: undefined }, 'no credentials for S3'],
  ['s3://archive', { AWS_ENDPOINT_URL: 'http://minio.example' }, 'is no safe origin'],
  ['s3://archive', { AWS_ENDPOINT_URL: 'https://minio.example/path' }, 'is no safe origin'],
])('%s with %j is refused', (where, more, problem) => {
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', ...more };
  expect(() => archivePlace({ env }, where, { isNew: true })).toThrow(problem);
});

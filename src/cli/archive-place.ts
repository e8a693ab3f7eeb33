/** The place of an archive, as a command names it: a folder, or s3://BUCKET/PREFIX with the variables of AWS. */
import { archiveFolder } from '../../adapters/node/archive-folder.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { archiveBucket } from '../../adapters/s3/archive-bucket.ts';
import { isLoopbackHost } from '../../config/rules.ts';
import type { ArchiveFiles } from '../domain/ports/archive-files.ts';
import { type Call, CommandError } from './command.ts';

/** `isNew`: creates a folder that is missing. Throws CommandError for a place that cannot be used. */
export const archivePlace = (
  { env }: Pick<Call, 'env'>,
  where: string,
  { isNew }: { readonly isNew: boolean },
): ArchiveFiles => {
  if (!where.startsWith('s3:')) return archiveFolder(where, { isNew });
  const [, bucket, path = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9._/-]*))?$/.exec(where) ?? [];
  if (bucket === undefined || path.startsWith('/') || path.includes('//') || path.split('/').includes('..')) {
    throw new CommandError(`${where} is no place in S3.`, {
      hint: 'Write s3://BUCKET or s3://BUCKET/PREFIX, with letters, digits, dots, dashes and slashes.',
    });
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new CommandError('There are no credentials for S3.', {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary ones.',
    });
  }
  const region = env['AWS_REGION'] ?? 'us-east-1';
  const endpoint = env['AWS_ENDPOINT_URL'] ?? `https://s3.${region}.amazonaws.com`;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (!url || !isSafe || url.pathname !== '/' || url.search !== '') {
    throw new CommandError('AWS_ENDPOINT_URL is no safe origin.', {
      hint: 'Give https and a host, or http on loopback, without a path.',
    });
  }
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  const credentials = { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] };
  return archiveBucket({ endpoint, region, bucket, prefix, credentials }, systemClock.nowMillis);
};

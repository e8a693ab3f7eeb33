/** A push service on loopback (RFC 8030), and browsers behind it that read what they are sent with the keys they made. */
import { createECDH, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { decrypt } from 'http_ece';
import type { LocalAuthority } from './local-authority.ts';
import { until } from './until.ts';

export type ReceivedPush = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type PushedBrowser = ReturnType<Awaited<ReturnType<typeof pushService>>['newBrowser']>;

export const pushService = async (authority: LocalAuthority) => {
  const received: ReceivedPush[] = [];
  /** How messages are answered, by path or for all. */
  const answering = { message: (response: ServerResponse, _path: string): void => void response.writeHead(201).end() };
  const served = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    received.push({ path, headers: request.headers, body: Buffer.concat(chunks) });
    answering.message(response, path);
  });

  /** A browser that turned messages on, as `PushSubscription.toJSON` gives it. */
  const newBrowser = (origin = served.origin) => {
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    const auth = randomBytes(16);
    const path = `/push/${randomBytes(24).toString('base64url')}`;
    const read = ({ body }: ReceivedPush): Record<string, unknown> => {
      const text = decrypt(body, { version: 'aes128gcm', privateKey: pair, authSecret: auth }).toString('utf8');
      return JSON.parse(text) as Record<string, unknown>;
    };
    const messages = (): readonly ReceivedPush[] => received.filter((one) => one.path === path);
    return {
      path,
      endpoint: `${origin}${path}`,
      p256dh: pair.getPublicKey().toString('base64url'),
      auth: auth.toString('base64url'),
      read,
      messages,
      /** Resolves with the messages for it when there are so many. */
      async arrived(count = 1): Promise<readonly ReceivedPush[]> {
        await until(() => messages().length >= count);
        return messages();
      },
    };
  };

  return { ...served, received, answering, newBrowser };
};

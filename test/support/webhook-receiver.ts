/** An https endpoint of webhooks on loopback: keeps what it is sent, echoes challenges, and answers as a test says. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { LocalAuthority } from './local-authority.ts';

export type ReceivedWebhook = {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly message: { readonly type: string; readonly timestamp: string; readonly data: Record<string, unknown> };
};

export const webhookReceiver = async (authority: LocalAuthority) => {
  const received: ReceivedWebhook[] = [];
  const waiting = new Set<() => void>();
  /** How messages are answered that are no challenges; and whether challenges come back. */
  const answering = {
    message: (response: ServerResponse): void => void response.writeHead(204).end(),
    challenge: (response: ServerResponse, challenge: unknown): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ challenge })),
  };
  const served = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const message = JSON.parse(body) as ReceivedWebhook['message'];
    received.push({ headers: request.headers, body, message });
    if (message.type === 'webhook.challenge') answering.challenge(response, message.data['challenge']);
    else answering.message(response);
    for (const wake of waiting) wake();
  });
  return {
    ...served,
    url: `${served.origin}/hooks`,
    received,
    answering,
    /** Resolves with the messages that fit when there are so many of them. */
    async arrived(fits: (message: ReceivedWebhook) => boolean, count = 1): Promise<readonly ReceivedWebhook[]> {
      for (;;) {
        const found = received.filter(fits);
        if (found.length >= count) return found;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
  };
};

/** Whether a receiver with this secret accepts a message, as the library of Standard Webhooks sees it. */
export const isAccepted = ({ headers, body }: ReceivedWebhook, secret: string): boolean => {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

/**
 * A bank as another developer would write it: it verifies the token offline, compares the payment it is asked for with the one
 * in the token, uses the approval up at the authorization server, and only then pays.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';

export type Payment = {
  readonly type: 'payment_initiation';
  readonly amount: number;
  readonly currency: string;
  readonly creditor: { readonly name: string; readonly account: string };
  readonly reference?: string | undefined;
  readonly execute_before?: string;
};

export type Bank = Awaited<ReturnType<typeof startBank>>;

type Credential = { readonly id: string; readonly secret: string };

/** `register` makes it known to the authorization server and answers the credential it gets there. */
export const startBank = async (issuer: string, register: (identifier: string) => Promise<Credential>) => {
  const payments: Payment[] = [];
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => answer(response, 500, error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const identifier = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { id, secret } = await register(identifier);
  const [{ jwks_uri: jwksUri }, { approval_use_endpoint: usesAt }] = (await Promise.all(
    ['openid-configuration', 'authzen-configuration'].map(async (name) =>
      (await fetch(`${issuer}/.well-known/${name}`)).json(),
    ),
  )) as [{ jwks_uri: string }, { approval_use_endpoint: string }];
  const keys = createRemoteJWKSet(new URL(jwksUri));

  const answer = (response: ServerResponse, status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const payment = JSON.parse(Buffer.concat(chunks).toString()) as Payment;
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const { payload } = await jwtVerify(token, keys, { issuer, audience: identifier, typ: 'at+jwt' });
    const [approved, ...others] = (payload['authorization_details'] ?? []) as readonly Payment[];
    if (others.length > 0 || !isDeepStrictEqual(approved, payment)) {
      return answer(response, 403, 'this is not the payment that was approved');
    }
    const use = await fetch(usesAt, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ token, call: String(request.headers['idempotency-key'] ?? '') }),
    });
    if (use.status !== 200) return answer(response, 409, 'this approval was used by another call');
    payments.push(payment);
    answer(response, 200, `paid ${payment.amount / 100} ${payment.currency}`);
  };

  let calls = 0;
  return {
    identifier,
    payments,
    /** What an agent calls; each call has a name of its own. */
    async pay(token: string, payment: Payment): Promise<{ readonly status: number; readonly text: string }> {
      calls += 1;
      const response = await fetch(`${identifier}/payments`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': `call-${calls}` },
        body: JSON.stringify(payment),
      });
      return { status: response.status, text: await response.text() };
    },
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** A TCP proxy that is a bad network: late, cut off in the middle, there and silent, or leading somewhere else from now on. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type FaultProxy = Awaited<ReturnType<typeof faultProxy>>;

export const faultProxy = async (targetPort: number) => {
  let delay = 0;
  let isSilent = false;
  let cutEvery = 0;
  let messages = 0;
  let target = targetPort;
  /** What happens to the next request with this text in it. */
  let next: { readonly text: string; readonly fate: 'answer lost' | 'cut in half' } | undefined;
  let struck = 0;
  const losing = new Set<Socket>();
  const pairs = new Set<readonly [Socket, Socket]>();

  /** Bytes in their order, each piece `delay` later. */
  const pass = (from: Socket, to: Socket, isRequest: boolean): void => {
    from.on('data', (data) => {
      if (isRequest) messages += 1;
      // Half-open: taken, and gone nowhere.
      if (isSilent) return;
      if (isRequest && next !== undefined && data.includes(next.text)) {
        const { fate } = next;
        next = undefined;
        struck += 1;
        if (fate === 'cut in half') {
          to.end(data.subarray(0, Math.floor(data.length / 2)));
          from.destroy();
          return;
        }
        losing.add(to);
      }
      if (losing.delete(from)) {
        from.destroy();
        to.destroy();
        return;
      }
      if (isRequest && cutEvery > 0 && messages % cutEvery === 0) {
        from.destroy();
        to.destroy();
        return;
      }
      if (delay === 0) to.write(data);
      else setTimeout(() => to.writable && to.write(data), delay);
    });
    from.on('error', () => undefined);
    from.on('close', () => setTimeout(() => to.destroy(), delay));
  };
  const server = createServer((client) => {
    const there = connect(target, '127.0.0.1');
    const pair = [client, there] as const;
    pairs.add(pair);
    client.once('close', () => {
      pairs.delete(pair);
      losing.delete(there);
    });
    pass(client, there, true);
    pass(there, client, false);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as { port: number }).port,
    /** Milliseconds that each piece of data takes longer, in both directions. */
    delay(milliseconds: number): void {
      delay = milliseconds;
    },
    /** Connections stay open and nothing comes through. */
    silent(value: boolean): void {
      isSilent = value;
      // What went missing cannot be put back into the stream.
      if (!value) for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    /** Every n-th piece of data towards the target cuts its connection; 0: none. */
    cutEvery(count: number): void {
      cutEvery = count;
    },
    /** Cuts every connection there is, once. */
    cut(): void {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    /** The next request with this text happens, and its answer never comes: the connection is cut in its place. */
    loseAnswerTo(text: string): void {
      next = { text, fate: 'answer lost' };
    },
    /** Of the next request with this text half arrives; then the connection is cut. */
    cutInHalf(text: string): void {
      next = { text, fate: 'cut in half' };
    },
    /** How often one of these two has happened. */
    struck: (): number => struck,
    /** From now on it leads to another port; connections that stand are cut. */
    leadTo(port: number): void {
      target = port;
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    /** The same for new connections alone. */
    leadNewTo(port: number): void {
      target = port;
    },
    /** Pieces of data towards the target so far: about one for each command. */
    messages: (): number => messages,
    async close(): Promise<void> {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

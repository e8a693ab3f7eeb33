/** A TCP proxy that can lose answers: the request took effect, and the client never hears of it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export const lossyProxy = async (targetPort: number) => {
  let losing: string | undefined;
  let lost = 0;
  let asked = '';
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    let isLossy = false;
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', (data) => {
      asked = (asked + data.toString('latin1')).slice(-100_000);
      if (losing !== undefined && data.includes(losing)) {
        losing = undefined;
        isLossy = true;
      }
      target.write(data);
    });
    target.on('data', (data) => {
      if (!isLossy) return void client.write(data);
      lost += 1;
      client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    /** The connection whose next request holds this text is cut when the answer to it comes. */
    loseAnswerTo(text: string): void {
      losing = text;
    },
    /** What was asked lately, byte for byte as Latin-1. */
    asked: () => asked,
    /** Answers lost so far. */
    lost: () => lost,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

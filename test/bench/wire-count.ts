/**
 * Proxies in front of MongoDB and Redis that count what a request asks of them: commands by name, and round trips,
 * which are the times that the server waits: commands that are under way together are one. For one request at a time.
 * Each answer is held for a moment, so that a command that does not wait for it is sent before it arrives.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Milliseconds: longer than the server works between two commands. */
const HELD = 10;

export type WireCount = {
  /** The commands of each of them, in their order. */
  readonly roundTrips: readonly (readonly string[])[];
  readonly commands: Readonly<Record<string, number>>;
};

type Message = { readonly id: number; readonly answers: number; readonly name: string };

/** Of the driver itself, independent of our requests. */
const OF_THE_DRIVER = /^(?:hello|ismaster|isMaster|ping|endSessions)/;

/** Whole messages of the MongoDB wire protocol in a stream; OP_MSG begins with the name of the command. */
const mongodbMessages = () => {
  let rest = Buffer.alloc(0);
  return (data: Buffer): Message[] => {
    rest = Buffer.concat([rest, data]);
    const found: Message[] = [];
    while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
      const message = rest.subarray(0, rest.readInt32LE(0));
      rest = rest.subarray(message.length);
      found.push({ id: message.readInt32LE(4), answers: message.readInt32LE(8), name: commandOf(message) });
    }
    return found;
  };
};

const OP_MSG = 2013;
/** Header, flags, kind of the first section, length of its document, type of the first member. */
const NAME_AT = 16 + 4 + 1 + 4 + 1;

const commandOf = (message: Buffer): string => {
  if (message.readInt32LE(12) !== OP_MSG) return 'hello';
  const end = message.indexOf(0, NAME_AT);
  const command = message.toString('utf8', NAME_AT, end);
  const isText = message[NAME_AT - 1] === 2;
  return isText ? `${command} ${message.toString('utf8', end + 5, message.indexOf(0, end + 5))}` : command;
};

/** Names of the commands in what a Redis client sent in one piece. */
const redisCommands = (data: Buffer): string[] => {
  const text = data.toString('latin1');
  return [...text.matchAll(/(?:^|\r\n)\*\d+\r\n\$\d+\r\n([a-zA-Z]+)/g)].map(([, name]) => String(name).toLowerCase());
};

export const wireCounter = async (ports: { readonly mongodb: number; readonly redis: number }) => {
  let roundTrips: string[][] = [];
  let underWay = 0;
  let commands: Record<string, number> = {};

  const sent = (name: string): void => {
    if (underWay === 0) roundTrips.push([]);
    roundTrips.at(-1)?.push(name);
    underWay += 1;
    commands[name] = (commands[name] ?? 0) + 1;
  };

  const mongodb = (client: Socket, target: Socket): void => {
    const asked = mongodbMessages();
    const answered = mongodbMessages();
    const pending = new Set<number>();
    client.on('data', (data) => {
      for (const { id, name } of asked(data as Buffer)) {
        if (OF_THE_DRIVER.test(name)) continue;
        pending.add(id);
        sent(name);
      }
      target.write(data);
    });
    target.on('data', (data) => {
      setTimeout(() => {
        for (const { answers } of answered(data as Buffer)) if (pending.delete(answers)) underWay -= 1;
        if (!client.destroyed) client.write(data);
      }, HELD);
    });
  };

  const redis = (client: Socket, target: Socket): void => {
    let pending = 0;
    client.on('data', (data) => {
      for (const name of redisCommands(data as Buffer)) {
        pending += 1;
        sent(`redis ${name}`);
      }
      target.write(data);
    });
    target.on('data', (data) => {
      setTimeout(() => {
        underWay -= pending;
        pending = 0;
        if (!client.destroyed) client.write(data);
      }, HELD);
    });
  };

  const proxy = async (port: number, pass: (client: Socket, target: Socket) => void) => {
    const server = createServer((client) => {
      const target = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [client, target],
        [target, client],
      ] as const) {
        from.setNoDelay(true);
        from.on('error', () => undefined);
        from.on('close', () => to.destroy());
      }
      pass(client, target);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, port: (server.address() as { port: number }).port };
  };
  const [toMongodb, toRedis] = await Promise.all([proxy(ports.mongodb, mongodb), proxy(ports.redis, redis)]);

  return {
    ports: { mongodb: toMongodb.port, redis: toRedis.port },
    /** What was asked since the last call. */
    take(): WireCount {
      const counted = { roundTrips, commands };
      roundTrips = [];
      commands = {};
      return counted;
    },
    close(): void {
      toMongodb.server.close();
      toRedis.server.close();
    },
  };
};

export type WireCounter = Awaited<ReturnType<typeof wireCounter>>;

/** A gateway in this process, in front of an upstream that records, with tokens of the issuer of the tests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGatewayConfiguration } from '../../src/gateway/configuration/load.ts';
import { createGateway, type GatewayLogEntry } from '../../src/gateway/gateway.ts';
import { type Issuer, RESOURCE, startIssuer } from '../resource-server/issuer.ts';
import { type RawAnswer, type RawRequest, rawRequest, sendBytes } from '../support/raw-request.ts';
import { type Recording, recordingUpstream } from './recording-upstream.ts';

type Json = Readonly<Record<string, unknown>>;

export type RunningGateway = Awaited<ReturnType<typeof runGateway>>;

/** A gateway with these settings, from a file. */
export const runGateway = async (settings: Json) => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-gateway-'));
  const file = join(folder, 'gateway.json');
  await writeFile(file, JSON.stringify({ listen: { port: 0 }, ...settings }));
  const log: GatewayLogEntry[] = [];
  const gateway = createGateway(loadGatewayConfiguration(file), {
    log: (entry) => void log.push(entry),
    nowMillis: () => Date.now(),
  });
  const { port, healthPort, decisionPort } = await gateway.listen();
  return {
    gateway,
    port,
    healthPort,
    decisionPort,
    url: `http://127.0.0.1:${port}`,
    log,
    send: (request: RawRequest): Promise<RawAnswer> => rawRequest(port, request),
    sendBytes: (bytes: string | Buffer): Promise<RawAnswer> => sendBytes(port, bytes),
    async close(): Promise<void> {
      await gateway.close();
      await rm(folder, { recursive: true });
    },
  };
};

export type GatewayWorld = Awaited<ReturnType<typeof gatewayWorld>>;

export const gatewayWorld = async (settings: Json) => {
  const issuer: Issuer = await startIssuer();
  const upstream: Recording = await recordingUpstream();
  const { upstream: behind, ...others } = settings as { readonly upstream?: Json };
  const gateway: RunningGateway = await runGateway({
    issuer: issuer.url,
    resource: RESOURCE,
    upstream: { url: upstream.url, ...behind },
    ...others,
  });
  return {
    issuer,
    upstream,
    gateway,
    async close(): Promise<void> {
      await gateway.close();
      await upstream.close();
      await issuer.close();
    },
  };
};

export const bodyOf = ({ body }: RawAnswer): { error: string; denial: { layer: string; reason: string } } =>
  JSON.parse(body);

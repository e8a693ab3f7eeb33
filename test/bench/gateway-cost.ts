/** What a request costs the gateway, as the bench tells it. */
import { rounded } from './statistics.ts';

/** A GET request, and the call of a tool, through each proxy. */
export type ProxyName = 'bare' | 'gateway' | 'bareMcp' | 'gatewayMcp';

/** CPU of one request, in microseconds, and the median of the factors of all turns. */
export type GatewayMicros = Readonly<Record<ProxyName | 'factor' | 'mcpFactor', number>>;

export const gatewayCostOf = ({ bare, gateway, bareMcp, gatewayMcp, factor, mcpFactor }: GatewayMicros) => ({
  bare: rounded(bare, 1),
  gateway: rounded(gateway, 1),
  bareMcp: rounded(bareMcp, 1),
  gatewayMcp: rounded(gatewayMcp, 1),
  factor: rounded(factor, 2),
  mcpFactor: rounded(mcpFactor, 2),
});

export const gatewayText = ({ bare, gateway, bareMcp, gatewayMcp, factor, mcpFactor }: GatewayMicros): string =>
  `Gateway, a token seen before: bare proxy ${bare} µs, gateway ${gateway} µs, × ${factor} (aim 1.5); a call of a tool ${bareMcp} µs and ${gatewayMcp} µs, × ${mcpFactor}`;

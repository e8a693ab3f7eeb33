import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import type { ResourceServer } from './resource-server.ts';

/** From the lowest to the highest. */
export const RISKS = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Risk[];

/** The highest risk of the requested scopes. */
export const highestRisk = (
  server: ResourceServer,
  asked: readonly string[],
  details: readonly Pick<Detail, 'type'>[],
): Risk => {
  const risks = [
    ...server.scopes.filter(({ name }) => asked.includes(name)).map(({ risk }) => risk),
    ...(server.detailTypes ?? [])
      .filter(({ type }) => details.some((detail) => detail.type === type))
      .map(({ risk }) => risk),
  ];
  return RISKS.findLast((risk) => risks.includes(risk)) ?? 'low';
};

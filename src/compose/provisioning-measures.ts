/** Sets the gauges of provisioning targets. */
import type { Services } from './services.ts';

const STATES = ['active', 'failing', 'paused'] as const;

/** Gauges of deleted targets end. */
export const measureProvisioning = async ({
  provisioningTargets,
  clock,
  metrics: { provisioning },
}: Pick<Services, 'provisioningTargets' | 'clock' | 'metrics'>): Promise<void> => {
  const { items } = await provisioningTargets.list({ limit: 200 });
  const found = await Promise.all(
    items.map(async ({ document }) => ({ ...document, health: await provisioningTargets.health(document.id) })),
  );
  const { targets, waiting, backlog, failing, pushed } = provisioning;
  for (const gauge of [waiting, backlog, failing, pushed]) gauge.reset();
  const stateOf = ({ state, health }: (typeof found)[number]): (typeof STATES)[number] =>
    state === 'active' && health?.failingSince !== undefined ? 'failing' : state;
  for (const state of STATES) targets.set({ state }, found.filter((one) => stateOf(one) === state).length);
  for (const { id: target, health } of found) {
    if (!health) continue;
    const { failingSince } = health;
    waiting.set({ target }, health.waiting);
    backlog.set({ target }, health.backlog);
    failing.set({ target }, failingSince === undefined ? 0 : Math.max(0, clock.now() - failingSince));
    pushed.set({ target }, health.pushed);
  }
};

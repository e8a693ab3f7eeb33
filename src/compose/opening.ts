/** Opens what the services stand on before anything is served, and closes it in good order. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { type FirstStart, firstStart } from '../first-start.ts';
import type { services } from './services.ts';

/** Opens the trail and makes what is missing. When it throws, the stores are closed: their connections would keep the process. */
export const opened = async (
  made: Awaited<ReturnType<typeof services>>,
  configuration: Configuration,
): Promise<FirstStart> => {
  const { audit, state, nodes, broadcast, ephemeral, documents, policies, log } = made;
  try {
    await audit.open(state.remembered ? { remembered: state.remembered } : {});
    const first = await firstStart({ ...made, configuration });
    if (configuration.policy.enforcement === 'on') {
      for (const { version, message } of await policies.gaps()) log.warn({ event: 'policy.gap', version }, message);
    }
    return first;
  } catch (error) {
    // What failed may be the very store that is to be written to.
    await nodes.leave().catch(() => undefined);
    await Promise.allSettled([broadcast.close(), ephemeral.close(), documents.close()]);
    throw error;
  }
};

/** Gives up what is open, the trail before what it is written to. */
export const close = async ({
  activePolicy,
  mailer,
  audit,
  nodes,
  broadcast,
  ephemeral,
  documents,
}: Awaited<ReturnType<typeof services>>): Promise<void> => {
  activePolicy.release();
  mailer?.close();
  await audit.close();
  // A name that cannot be given back is free again when its node has been silent for a while.
  await nodes.leave().catch(() => undefined);
  await broadcast.close();
  await ephemeral.close();
  await documents.close();
};

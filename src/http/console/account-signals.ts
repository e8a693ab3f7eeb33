import type { AccountSignalRow } from '../../../views/pages/account-signals.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** The signals about a person that policies see now. Empty: none, or the viewer may not see them. */
export const accountSignalRows = async (
  { basePath }: Pick<ConsoleDeps, 'basePath'>,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  id: string,
): Promise<readonly AccountSignalRow[]> => {
  if (!calls.may('listAccountSignals', account)) return [];
  const signals = (await calls.run('listAccountSignals', account, by, { id })).body?.items ?? [];
  if (signals.length === 0) return [];
  const { body } = await calls.run('listTrustedTransmitters', account, by, { query: { limit: 200 } });
  const names = new Map((body?.items ?? []).map((one) => [one.id, one.name]));
  return signals.map(({ transmitter, issuer, event, level, at, until, step_up_from: stepUpFrom }) => ({
    ...{ event, level, issuer, at, until, requiresStepUp: stepUpFrom !== undefined },
    source: { name: names.get(transmitter) ?? transmitter, href: `${basePath}/console/transmitters/${transmitter}` },
  }));
};

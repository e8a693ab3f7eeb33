import { installPythonPackage } from '../support/python-package.ts';
import { type CampaignRun, chosen, type Figures } from './campaign.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';

/** A campaign with the packages of both languages, on each of `--stores`. `on`: gets the path of the Python that has the package. */
export const onEachStore = async (
  run: CampaignRun,
  on: (run: CampaignRun, stores: ServerStores, python: string) => Promise<Figures>,
): Promise<Figures> => {
  const { python } = await installPythonPackage();
  const where: Record<string, Figures> = {};
  for (const stores of chosen(run, SERVER_STORES)) where[stores] = await on(run, stores, python);
  return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
};

/** A directory in a dry run, with every text that a page shows of one. */
import type { Management } from './management.ts';
import type { RunningServer } from './running-server.ts';

/** Answers the id. Its dry run would create Grace, in a mapped group, and refuses a user without a username. */
export const previewedDirectory = async ({
  server,
  management,
}: {
  readonly server: RunningServer;
  readonly management: Management;
}): Promise<string> => {
  const { services } = server.behalf;
  const by = { caller: 'system' };
  const client = await management.createClient({
    ...{ name: 'Provisioning of the branch', grant_types: ['client_credentials'] },
    authority: { [`${server.issuer}/scim/v2`]: ['scim:provision'] },
  });
  const { body } = await management.call('POST', '/directories', {
    ...{ name: 'Branch office', client: client.id, is_dry_run: true, groups: { Staff: 'planners' } },
  });
  const directory = (await services.directories.get(String(body['id'])))?.document;
  if (!directory) throw new Error(`no directory: ${JSON.stringify(body)}`);
  const { directoryUsers: users, directoryGroups: groups } = services;
  const values = { userName: 'grace', displayName: 'Grace Hopper', emails: [{ value: 'grace@example.com' }] };
  const grace = await users.create(directory, { ...values, title: 'Rear admiral' }, by);
  await users.create(directory, { userName: 'ada', displayName: 'Ada' }, by).catch(() => undefined);
  await users.create(directory, { userName: 'no spaces here' }, by).catch(() => undefined);
  for (const displayName of ['Staff', 'Others'])
    await groups.create(directory, { displayName, members: [{ kind: 'add', accounts: [grace.id] }] }, by);
  return directory.id;
};

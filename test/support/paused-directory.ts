/** A directory with every text that a page shows of one: paused, with a held account, a group and a static secret. */
import { DIRECTORY_ACCOUNTS, type DirectoryAccount } from '../../src/domain/identity/directories/directory.ts';
import type { Management } from './management.ts';
import type { RunningServer } from './running-server.ts';

/** `account` belongs to it; it was deactivated once at the directory, and the second time was held. Answers the id. */
export const pausedDirectory = async (
  { server, management }: { readonly server: RunningServer; readonly management: Management },
  { account, owner }: { readonly account: string; readonly owner: string },
): Promise<string> => {
  const { services } = server.behalf;
  const by = { caller: 'system' };
  const client = await management.createClient({
    ...{ name: 'Provisioning of the head office', grant_types: ['client_credentials'] },
    authority: { [`${server.issuer}/scim/v2`]: ['scim:provision'] },
  });
  const { body } = await management.call('POST', '/directories', {
    ...{ name: 'Head office', client: client.id, most_deactivations: 1 },
    groups: { 'Staff of the planning office': 'planners' },
  });
  const id = String(body['id']);
  const directory = (await services.directories.get(id))?.document;
  if (!directory) throw new Error(`no directory: ${JSON.stringify(body)}`);
  const now = services.clock.now();
  await services.documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS).insert({
    ...{ id: account, directory: id, attributes: {}, createdAt: now, updatedAt: now },
  });
  await services.directorySecrets.allow(
    directory,
    { owner, reason: 'It sends one static bearer token only', expiresAt: now + 30 * 86_400 },
    by,
  );
  await services.deactivationBrake.contact(id);
  await services.deactivationBrake.count(directory, 'acc_who_left', by);
  await services.deactivationBrake.count(directory, account, by).catch(() => undefined);
  return id;
};

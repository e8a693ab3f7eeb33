/** Inventories of other systems, with apps that are known here, unknown, disabled and gone. */
import type { Management } from './management.ts';

export const shownInventories = async (
  { call }: Pick<Management, 'call'>,
  { client, owner }: { readonly client: string; readonly owner: string },
): Promise<void> => {
  const imported = async (id: string, apps: readonly object[]): Promise<void> => {
    const answer = await call('POST', `/inventories/${id}/import`, { apps });
    if (answer.status !== 200) throw new Error(`${id}: ${answer.status} ${answer.text}`);
  };
  const robot = {
    ...{ external_id: '0oa1', name: 'Expense robot', publisher: 'Example Works', owner, secrets: 1 },
    ...{ scopes: ['okta.users.manage', 'okta.groups.read', 'openid'], is_for_everyone: true },
  };
  const notes = {
    external_id: '0oa2',
    name: 'Notes',
    scopes: ['notes'],
    urls: ['https://notes.example.com/cb'],
    client,
  };
  const portal = { external_id: '0oa3', name: 'Old portal', is_enabled: false };
  await imported('okta', [robot, notes, portal, { external_id: '0oa4', name: 'Fax machine' }]);
  await imported('okta', [robot, notes, portal]);
  await imported('github', [
    { external_id: 'app/release-bot', name: 'release-bot', scopes: ['contents:write', 'repositories:all'], people: 4 },
    { external_id: 'app/badges', name: 'badges', scopes: ['metadata:read'], people: 31 },
  ]);
};

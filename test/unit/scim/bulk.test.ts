/** How often a bulk request reads its operations, since a directory decides how many there are and what they name. */
import { expect, test } from '@jest/globals';
import type { Directory } from '../../../src/domain/identity/directories/directory.ts';
import { bulkCall } from '../../../src/http/scim/bulk.ts';
import type { ResourceCalls, ScimCall } from '../../../src/http/scim/requests.ts';

const SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const DIRECTORY: Directory = {
  ...{ id: 'dir_1', name: 'Head office', client: 'app_1', verifiesEmails: false, state: 'active' },
  ...{ mostDeactivations: 20, mostDeactivationsPercent: 1, createdAt: 1, updatedAt: 1 },
};

test('operations that wait for each other are read once each before they run (§3.7.2)', async () => {
  let made = 0;
  let reads = 0;
  const act = async () => {
    made += 1;
    return { status: 201, headers: { Location: `/scim/v2/Users/acc_${made}` } };
  };
  const users: ResourceCalls = {
    ...{ create: act, read: act, list: act, search: act, replace: act, patch: act, remove: act },
  };
  const length = 50;
  // Each names the next one, so that only the last can begin.
  const Operations = Array.from({ length }, (_, index) => ({
    ...{ method: 'POST', path: '/Users', bulkId: `u${index}` },
    data: {
      get manager() {
        reads += 1;
        return index + 1 < length ? `bulkId:u${index + 1}` : '';
      },
    },
  }));
  const call: ScimCall = {
    ...{ directory: DIRECTORY, current: async () => DIRECTORY, by: { caller: 'dir_1' }, id: '' },
    ...{ query: () => undefined, ifMatch: '', ifNoneMatch: '' },
    body: async () => ({ schemas: [SCHEMA], Operations }),
  };
  const failed = async () => ({ status: 500, body: {} });
  const { body } = await bulkCall({ calls: { Users: users, Groups: users, Agents: users }, base: '' })(call, failed);
  expect(body?.['Operations']).toHaveLength(length);
  expect(made).toBe(length);
  // Once to find what it names, and once to run it.
  expect(reads).toBe(2 * length);
});

/** A provisioning target with every text that a page shows of one: it fails, and it refused an object. */

import type { Services } from '../../src/compose/services.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import {
  PROVISIONED_OBJECTS,
  PROVISIONING_STATES,
  type ProvisionedObject,
  type TargetState,
} from '../../src/domain/provisioning/provisioning-target.ts';
import type { Management } from './management.ts';

const DAY = 86_400;

/** A target for the agents of these accounts and groups. Another process holds its lock, so that this server pushes nothing. */
export const failingTarget = async (
  {
    services,
    management,
  }: { readonly services: Pick<Services, 'documents' | 'clock'>; readonly management: Management },
  agents: readonly string[],
): Promise<string> => {
  const { documents, clock } = services;
  const { status, text, body } = await management.call('POST', '/provisioning-targets', {
    ...{
      name: 'Company directory',
      url: 'https://directory.example.com/scim/v2',
      token: 'token-of-the-target',
      agents,
    },
  });
  if (status !== 201) throw new Error(`/provisioning-targets: ${status} ${text}`);
  const id = String(body['id']);
  const now = clock.now();
  await update(documents.collection<TargetState>(PROVISIONING_STATES), id, (state) => ({
    ...state,
    ...{ lockedBy: 'another process', lockedUntil: now + DAY, pushed: 1204, failures: 7, lastSuccessAt: now - 1860 },
    ...{ failingSince: now - 1800, lastFailureAt: now - 40, dueAt: now + DAY },
    lastFailure: { failure: 'unauthorized', status: 401, detail: 'The token has expired' },
  }));
  const object = agents[0] ?? '';
  await documents.collection<ProvisionedObject>(PROVISIONED_OBJECTS).insert({
    ...{ id: `${id}:${object}`, target: id, object, url: 'https://directory.example.com/scim/v2' },
    refused: { failure: 'uniqueness', status: 409, detail: 'userName is taken', at: now - 3600 },
    ...{ createdAt: now, updatedAt: now },
  });
  return id;
};

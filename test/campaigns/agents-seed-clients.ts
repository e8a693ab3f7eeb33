/** Clients beside the agents, with findings and items of reviews, as many as there are agents. */
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { CLIENTS, type Client } from '../../src/domain/clients/clients/client.ts';
import { FINDINGS, type Finding, findingId } from '../../src/domain/governance/finding.ts';
import { REVIEW_ITEMS, REVIEWS, type Review, type ReviewItem } from '../../src/domain/governance/reviews/review.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import type { Scene } from '../support/scene.ts';
import { inBatches, type Planted } from './agents-seed.ts';

const DAY = 86_400;
/** Clients of which one has neither owner nor purpose. */
const UNOWNED = 10;
/** Items of the open review, in a registry of any size. */
const OPEN_ITEMS = 1000;

/** Numbers of the two reviews: an open one, and an earlier one of everything. */
const [OPEN, EARLIER] = [0, 1];
export const openReview = (plan: Planted): string => plan.idOf('rvw', OPEN);

const clientOf = (plan: Planted, scene: Scene, index: number, now: number): Client => {
  const createdAt = now - Math.floor(((plan.count - index) / plan.count) * 730 * DAY);
  return {
    ...{ id: plan.client(index), name: `Service ${index.toString(36)}`, applicationType: 'web' },
    ...(index % UNOWNED === 0 ? {} : { owner: plan.ownerOf(index), purpose: 'Keeps things in order' }),
    ...{ tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [scene.agent.key.publicJwk] } },
    ...{ grantTypes: ['client_credentials'], redirectUris: [], postLogoutRedirectUris: [], corsOrigins: [] },
    ...{ skipConsent: false, dpopBoundAccessTokens: false, idTokenSignedResponseAlg: 'RS256', roles: [] },
    ...{ authority: { [scene.jwt.identifier]: ['read'] }, state: 'active', createdAt, updatedAt: createdAt },
  } as Client;
};

/** The finding of a client without owner and purpose, as the server keeps it. */
const findingOf = (plan: Planted, index: number, now: number): Finding => {
  const subject = plan.client(index);
  return {
    ...{ id: findingId('unowned_client', subject), kind: 'unowned_client', subjectKind: 'client', subject },
    ...{ name: `Service ${index.toString(36)}`, state: 'open', score: 50, evidence: [] },
    parts: [
      { reason: 'no_owner', points: 25 },
      { reason: 'no_purpose', points: 10 },
      { reason: 'own_rights', points: 15 },
    ],
    ...{ foundAt: now - DAY, createdAt: now - DAY, updatedAt: now },
  };
};

const reviewOf = (plan: Planted, number: number, items: number, now: number): Review => ({
  ...{ id: plan.idOf('rvw', number), name: number === OPEN ? 'Autumn' : 'Spring', reviewers: 'operators' },
  ...{ state: number === OPEN ? 'open' : 'completed', ownerDecides: false, default: 'keep', dueInDays: 90 },
  ...{ dueAt: now + 60 * DAY, items, read: items, createdBy: 'system' },
  ...{ createdAt: now - 30 * DAY - number * 90 * DAY, updatedAt: now, expiresAt: now + 400 * DAY },
});

const itemOf = (plan: Planted, scene: Scene, number: number, index: number, now: number): ReviewItem => ({
  ...{ id: plan.idOf(`rvi${number}`, index).replace(/^rvi\d/, 'rvi'), review: plan.idOf('rvw', number) },
  ...{ delegation: plan.idOf('dlg', index), subject: scene.accountId, agent: plan.id(index % plan.count) },
  ...{ agentName: `Agent ${index}`, owner: plan.ownerOf(index % plan.count), environment: 'production' },
  ...{ resource: scene.jwt.identifier, scope: ['read', 'write'], givenAt: now - 100 * DAY, endsAt: now + 100 * DAY },
  ...{ unusedScopes: ['write'], unusedFrom: now - 90 * DAY, findings: [] },
  ...(number === OPEN ? { state: 'open' } : { state: 'kept', decidedBy: scene.accountId, decidedAt: now - 80 * DAY }),
  ...{ createdAt: now - 30 * DAY - number * 90 * DAY, updatedAt: now - DAY, expiresAt: now + 400 * DAY },
});

/** Writes them while no server runs on the folder. */
export const plantClients = async (
  folder: string,
  plan: Planted,
  scene: Scene,
  progress: (done: number) => void,
): Promise<void> => {
  const documents = sqliteDocumentStore(openSqlite({ file: dataFolder(folder).database }));
  try {
    await planted(documents, plan, scene, progress);
  } finally {
    await documents.close();
  }
};

const planted = async (
  documents: DocumentStore,
  plan: Planted,
  scene: Scene,
  progress: (done: number) => void,
): Promise<void> => {
  const now = Math.floor(Date.now() / 1000);
  const [clients, findings, items] = [
    documents.collection<Client>(CLIENTS),
    documents.collection<Finding>(FINDINGS),
    documents.collection<ReviewItem>(REVIEW_ITEMS),
  ];
  await documents
    .collection<Review>(REVIEWS)
    .insertMany([reviewOf(plan, OPEN, OPEN_ITEMS, now), reviewOf(plan, EARLIER, plan.count, now)]);
  for (const some of inBatches(OPEN_ITEMS))
    await items.insertMany(some.map((index) => itemOf(plan, scene, OPEN, index, now)));
  for (const some of inBatches(plan.count)) {
    await clients.insertMany(some.map((index) => clientOf(plan, scene, index, now)));
    await items.insertMany(some.map((index) => itemOf(plan, scene, EARLIER, index, now)));
    const unowned = some.filter((index) => index % UNOWNED === 0);
    if (unowned.length > 0) await findings.insertMany(unowned.map((index) => findingOf(plan, index, now)));
    progress((some.at(-1) ?? 0) + 1);
  }
};

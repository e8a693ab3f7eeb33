import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { type ConsentQuestion, DELEGABLE_TO_NONE } from '../../../src/domain/authority/consent/consent.ts';
import { rememberedAnswers } from '../../../src/domain/authority/consent/remembered-answers.ts';
import type { ScopesByResource } from '../../../src/domain/vocabulary/scope-sets.ts';
import { CALENDAR, composePeoplePages, MAIL, REDIRECT_URI } from '../../support/composed-people-pages.ts';
import { START } from '../../support/standing-clock.ts';

const DAY = 86_400;

test('AP-11 an answer counts for what it allows and for less while it lasts, and never for more', async () => {
  const { ada, planner, consents, clock } = await composePeoplePages();
  const answers = rememberedAnswers({ documents: memoryDocumentStore('refused'), clock });
  const about = (resources: ScopesByResource): Promise<ConsentQuestion> =>
    consents.question({
      account: ada.id,
      clientId: planner.id,
      redirectUri: REDIRECT_URI,
      openidScopes: ['openid'],
      resources,
    });
  const allowed = { [CALENDAR]: ['read', 'write'] };
  const decision = { openidScopes: ['openid'], expiresAt: START + DAY, delegableTo: DELEGABLE_TO_NONE, wishes: [] };
  await answers.keep(await about(allowed), { ...decision, resources: allowed });
  const [same, less, more] = [
    await about(allowed),
    await about({ [CALENDAR]: ['read'] }),
    await about({ ...allowed, [MAIL]: ['read'] }),
  ];
  const found = async (question: ConsentQuestion) => (await answers.to(question)).map(({ resources }) => resources);
  expect([await found(same), await found(less), await found(more)]).toEqual([
    [allowed],
    [{ [CALENDAR]: ['read'] }],
    [],
  ]);
  clock.move(DAY);
  expect([await found(same), await found(less)]).toEqual([[], []]);
});

test('whether a person has answered a client before is found by one answer, of however many', async () => {
  const { ada, planner, consents, clock } = await composePeoplePages();
  const documents = memoryDocumentStore('refused');
  const read: number[] = [];
  const counting = {
    ...documents,
    collection: (declaration: never) => {
      const collection = documents.collection(declaration);
      return {
        ...collection,
        find: async (query: never) => {
          const found = await collection.find(query);
          read.push(found.length);
          return found;
        },
      };
    },
  } as unknown as typeof documents;
  const answers = rememberedAnswers({ documents: counting, clock });
  const decision = { openidScopes: ['openid'], expiresAt: START + DAY, delegableTo: DELEGABLE_TO_NONE, wishes: [] };
  for (const resources of [{ [CALENDAR]: ['read'] }, { [MAIL]: ['read'] }] as ScopesByResource[]) {
    const about = { account: ada.id, clientId: planner.id, redirectUri: REDIRECT_URI, openidScopes: ['openid'] };
    await answers.keep(await consents.question({ ...about, resources }), { ...decision, resources });
  }
  read.length = 0;
  expect(await answers.hasAny(ada.id, planner.id)).toBe(true);
  expect(read).toEqual([1]);
  expect(await answers.hasAny(ada.id, 'another')).toBe(false);
});

test('AP-11 an answer that leaves a right takes every earlier answer that allows it', async () => {
  const { ada, planner, consents, clock } = await composePeoplePages();
  const answers = rememberedAnswers({ documents: memoryDocumentStore('refused'), clock });
  const about = (resources: ScopesByResource): Promise<ConsentQuestion> =>
    consents.question({
      account: ada.id,
      clientId: planner.id,
      redirectUri: REDIRECT_URI,
      openidScopes: ['openid'],
      resources,
    });
  const calendar = { [CALENDAR]: ['read', 'write'] };
  const mail = { [MAIL]: ['read'] };
  const decision = { openidScopes: ['openid'], expiresAt: START + DAY, delegableTo: DELEGABLE_TO_NONE, wishes: [] };
  await answers.keep(await about(calendar), { ...decision, resources: calendar });
  await answers.keep(await about(mail), { ...decision, resources: mail });
  const both = { ...calendar, ...mail };
  await answers.keep(await about(both), { ...decision, resources: { ...mail, [CALENDAR]: ['read'] } });
  expect(await answers.to(await about(calendar))).toEqual([]);
  expect(await answers.to(await about({ [CALENDAR]: ['read'] }))).toHaveLength(1);
  expect(await answers.to(await about(mail))).not.toEqual([]);
});

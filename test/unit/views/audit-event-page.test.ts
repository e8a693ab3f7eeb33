/** The page of an audit event: where policies say something else than when the decision was made. */
import { expect, test } from '@jest/globals';
import { auditEventPage, type ExplainedScope } from '../../../views/pages/console-audit-event.ts';

const shown = (scope: Omit<ExplainedScope, 'scope' | 'policies' | 'reasons'>): string =>
  auditEventPage({
    ...{
      basePath: '',
      csrf: 'c',
      seesAll: true,
      sees: [],
      path: '/console/audit/events/1',
      auditHref: '/console/audit',
      erasable: [],
    },
    event: { at: 1_790_000_000, type: 'token.issued', outcome: 'granted', members: [] },
    why: {
      ...{ isRecorded: true, sources: [], versions: [] },
      scopes: [{ scope: 'write', policies: ['one'], reasons: [], ...scope }],
    },
  }).in({ language: 'en' });

const NO_NEEDS = { needs: [] };

test.each<[string, Parameters<typeof shown>[0], boolean]>([
  ['granted then, permitted', { was: 'granted', says: 'permit', ...NO_NEEDS }, false],
  ['granted then, forbidden', { was: 'granted', says: 'forbid', ...NO_NEEDS }, true],
  ['granted then, permitted with an approval', { was: 'granted', says: 'permit', needs: ['approval'] }, true],
  ['refused by policy then, forbidden', { was: 'refused', wasBy: 'policy', says: 'forbid', ...NO_NEEDS }, false],
  ['refused by policy then, permitted', { was: 'refused', wasBy: 'policy', says: 'permit', ...NO_NEEDS }, true],
  [
    'without an approval then, and now',
    { was: 'refused', wasBy: 'approval', says: 'permit', needs: ['approval'] },
    false,
  ],
  [
    'refused by a participant then, permitted',
    { was: 'refused', wasBy: 'participants', says: 'permit', ...NO_NEEDS },
    false,
  ],
  ['refused after the decision, permitted', { was: 'refused', says: 'permit', ...NO_NEEDS }, false],
])('says whether policies differ: %s', (_, scope, differs) => {
  expect(/>\s*differs\s*</.test(shown(scope))).toBe(differs);
});

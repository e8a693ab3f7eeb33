/** Models of the pages of the console about the audit log. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { auditPage } from '../../../views/pages/console-audit.ts';
import { auditEventPage } from '../../../views/pages/console-audit-event.ts';
import { eraseValuePage } from '../../../views/pages/console-erasure.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { auditWords } from '../../../views/words/console-audit.ts';

const NOON = 1_790_000_000;
const NOTHING_ASKED = {
  type: '',
  outcome: 'refused' as const,
  text: '',
  id: '',
  subject: '',
  caller: '',
  agent: '',
  resource: '',
  txn: '',
  from: '',
  to: '',
};

export const auditPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const auditOutcomes = (['', 'granted', 'refused', 'done'] as const).map((name) => ({
    name,
    href: `${home}/audit?outcome=${name}`,
    isIt: name === '',
  }));
  const auditPeriods = (['all', 'today', 'yesterday', 'week'] as const).map((name) => ({
    ...{ name, href: `${home}/audit?from=2026-11-25`, isIt: name === 'today' },
  }));
  return {
    'console-audit': auditPage({
      log: {
        size: 1234,
        verifierKey:
          'id.example.com/log/log_a2b3c4d5e6f7g2h3i4j5k6l7m2+0a1b2c3d+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
        witnesses: { count: 2, failing: ['w2'], isQuorum: false },
      },
      ...frame,
      action: `${home}/audit`,
      periods: auditPeriods,
      outcomes: auditOutcomes,
      asked: {
        ...NOTHING_ASKED,
        type: 'token.refused',
        subject: text('ada'),
        resource: text('Calendar'),
        from: '2026-11-25',
      },
      errors: {},
      rows: [
        {
          at: NOON,
          type: 'token.refused',
          outcome: 'refused',
          who: text('Travel planner'),
          subject: text('Ada Byron'),
          where: text('https://calendar.example.com'),
          error: text('consent_required'),
          members: [
            { name: 'request', value: text('req_1') },
            { name: 'inputs', value: text('{"grant":"exchange"}') },
            { name: 'source', value: undefined },
          ],
          workHref: `${home}/audit?txn=txn_1`,
        },
        { at: NOON, type: 'kill.ordered', outcome: 'done', members: [] },
        { at: NOON, type: 'token.issued', outcome: 'granted', members: [] },
        {
          at: NOON - 60,
          type: 'token.issued',
          outcome: 'granted',
          members: [{ name: 'request', value: text('req_2') }],
        },
      ],
      pages: { firstHref: `${home}/audit`, nextHref: `${home}/audit?after=x` },
      exportHref: `${home}/audit.ndjson`,
    }),
    'console-erase-value': eraseValuePage(frame, {
      ...{ type: 'token.issued', at: NOON, name: 'source', text: text('192.0.2.7') },
      ...{ action: `${home}/audit/events/nod_1/erase`, cancelHref: `${home}/audit/events/nod_1` },
      typed: { name: 'source', value: text('sauce'), error: text('Type source.') },
    }),
    'console-audit-event': auditEventPage({
      ...frame,
      ...{ path: `${home}/audit/events/nod_1`, auditHref: `${home}/audit` },
      erasable: [{ name: 'source', href: `${home}/audit/events/nod_1/erase?value=source` }],
      event: {
        ...{ at: NOON, type: 'token.issued', outcome: 'granted', who: text('Planner'), where: text('Calendar') },
        ...{ error: text('none'), workHref: `${home}/transactions/trn_1` },
        members: [
          { name: 'request', value: text('req_1') },
          { name: 'source', value: undefined },
        ],
      },
      why: {
        ...{ isRecorded: true, decidedBy: 3, decidedHref: `${home}/policy/versions/3`, by: 4 },
        scopes: [
          {
            ...{ scope: text('events:write'), was: 'granted', says: 'forbid', policies: [text('night')] },
            ...{ reasons: [text('Not at night.')], needs: [text('approval')] },
          },
          {
            ...{ scope: text('events:read'), was: 'refused', wasBy: text('agent'), says: 'none', policies: [] },
            ...{ reasons: [], needs: [] },
          },
          { scope: text('x'), was: 'granted', says: 'permit', policies: [text('all')], reasons: [], needs: [] },
        ],
        sources: [{ id: text('night'), line: 7, text: text('@id("night") forbid (principal, action, resource);') }],
        versions: [
          { value: '3', text: text('Version 3') },
          { value: '4', text: text('Version 4') },
        ],
      },
    }),
    'console-audit-event-unasked': auditEventPage({
      ...frame,
      ...{ path: `${home}/audit/events/nod_1`, auditHref: `${home}/audit`, erasable: [] },
      event: { at: NOON, type: 'token.refused', outcome: 'refused', members: [] },
      why: { isRecorded: false, scopes: [], sources: [], versions: [] },
    }),
    'console-audit-event-decided': auditEventPage({
      ...frame,
      ...{ path: `${home}/audit/events/nod_1`, auditHref: `${home}/audit`, erasable: [] },
      event: { at: NOON, type: 'agent.created', outcome: 'done', members: [] },
      why: { isRecorded: true, decidedBy: 3, by: 3, scopes: [], sources: [], versions: [] },
    }),
    'console-audit-refused': auditPage({
      log: undefined,
      ...frame,
      action: `${home}/audit`,
      periods: auditPeriods,
      outcomes: auditOutcomes,
      asked: {
        ...NOTHING_ASKED,
        text: text('?'),
        subject: text('unknown'),
        agent: text('none'),
        to: text('yesterday'),
      },
      errors: {
        ...{ text: auditWords.noWord, subject: auditWords.unknownAccount, to: auditWords.noDate },
        ...{ agent: auditWords.unknownAgent, resource: auditWords.unknownResource },
      },
      rows: [],
      pages: {},
    }),
  };
};

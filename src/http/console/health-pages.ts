import { type HealthModel, healthPage } from '../../../views/pages/console-health.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { healthWords } from '../../../views/words/console-health.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import type { PageParts } from './console-forms.ts';
import { stepUp } from './step-up.ts';

/** Adds `/console/server`: nodes, stores, backlog and backups of the server, and the button for a backup. */
export const addHealthPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const home = `${deps.basePath}/console/server`;
  const withFactor = stepUp(deps);

  page('/console/server', async (ctx, { viewer, frame }) => {
    const { body } = await calls.run('getServer', viewer.account, viewer.by);
    if (!body) throw documentRefusal('object_not_found');
    const mayBackUp = calls.may('createBackup', viewer.account) && body.backup_folder !== undefined;
    const mayListDead = calls.may('listDeadLetters', viewer.account);
    sendPage(
      ctx,
      200,
      healthPage({
        ...modelOf(frame, body),
        ...(mayListDead ? { deadHref: `${deps.basePath}/console/dead-letters` } : {}),
        ...(mayBackUp ? { backUpHref: `${home}/backup` } : {}),
      }),
    );
  });

  page('/console/server/backup', async (ctx, { viewer, frame }) => {
    calls.access('createBackup', viewer.account);
    const asked = { title: healthWords.backUp, question: healthWords.backUpAsked, lead: healthWords.backUpLead };
    const form = { button: healthWords.backUp, action: `${home}/backup`, cancelHref: home, kind: 'primary' as const };
    sendPage(ctx, 200, confirmPage(frame, { place: 'server', ...asked, ...form }));
  });

  router.post('/console/server/backup', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { account, by } = openedAs(ctx, session).viewer;
    let isWritten = false;
    const call = async () => {
      isWritten = (await calls.run('createBackup', account, by)).status !== 202;
    };
    if (!(await withFactor(ctx, account.id, `${home}/backup`, call))) return;
    seeOther(ctx, `${home}${isWritten ? '?done=backedUp' : ''}#backups`);
  });
};

const modelOf = (frame: ConsoleFrame, body: AnswerOf<'getServer'>): HealthModel => {
  const { audit, nodes, notifications, volume } = body;
  const { checkpoint, checkpoint_at: checkpointAt, mismatch_found_at: mismatchFoundAt } = audit;
  return {
    ...frame,
    ...{ issuer: body.issuer, version: body.version, nodeVersion: body.node_version, mode: body.mode },
    startedAt: body.started_at,
    now: Math.floor(body.now / 1000),
    clock: body.clock,
    isReady: body.ready,
    problems: body.problems,
    stores: body.stores,
    ...(volume ? { volume } : {}),
    nodes: nodes.map(({ last_heartbeat_at: lastHeartbeatAt, ...node }) => ({
      ...{ ...node, lastHeartbeatAt },
      isThis: node.id === body.this_node,
    })),
    waiting: { count: notifications.waiting.count, isMore: notifications.waiting.is_more },
    dead: { count: notifications.dead.count, isMore: notifications.dead.is_more },
    ...(checkpoint === undefined || checkpointAt === undefined
      ? {}
      : { checkpoint: { number: checkpoint, at: checkpointAt } }),
    streams: audit.streams,
    sinks: {
      count: body.audit_sinks.length,
      failing: body.audit_sinks.filter(({ failing_seconds: seconds }) => seconds > 0).map(({ id }) => id),
      backlog: body.audit_sinks.reduce((sum, { backlog }) => sum + backlog, 0),
    },
    ...(mismatchFoundAt === undefined ? {} : { mismatchFoundAt }),
    ...(body.all_ended_before === undefined ? {} : { allEndedBefore: body.all_ended_before }),
    ...(body.backed_up_at === undefined ? {} : { backedUpAt: body.backed_up_at }),
    ...(body.restored_at === undefined ? {} : { restoredAt: body.restored_at }),
    ...(body.backup_folder === undefined ? {} : { backupFolder: body.backup_folder }),
    ...(body.backup_running === undefined ? {} : { backupRunning: body.backup_running }),
    ...(body.backup_failure === undefined ? {} : { backupFailure: body.backup_failure }),
    backups: body.backups.map(({ name, bytes, created_at: createdAt }) => ({ name, bytes, createdAt })),
  };
};

import { type FindingsModel, findingPage, findingsPage } from '../../../views/pages/console-findings.ts';
import type { FindingRow } from '../../../views/pages/finding-cells.ts';
import { findingWords as words } from '../../../views/words/console-findings.ts';
import { FINDING_KINDS, FINDING_STATES, type FindingKind } from '../../domain/governance/finding.ts';
import { partiesOf } from '../../domain/identity/groups/owners.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { ConsoleCalls } from './console-calls.ts';
import {
  agentHref,
  type ConsoleDeps,
  clientHref,
  doerName,
  findingHref,
  type Names,
  partyNames,
  serverHref,
} from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { evidenceOf } from './evidence.ts';
import { addFindingForms, findingOf, type ShownFinding } from './finding-forms.ts';
import { INVENTORIES } from './inventory-import.ts';
import { askedOf, listed } from './list-page.ts';
import { countedFindings } from './overview.ts';
import { TRANSMITTERS } from './transmitter-forms.ts';

const PATH = '/console/findings';

/** Adds `/console/findings`: the list, one finding, and the decisions. */
export const addFindingPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const asked = askedOf(query, FINDING_STATES);
    const kind = FINDING_KINDS.find((one) => one === query.get('kind'));
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      {
        ...{ operation: 'listFindings', path: home, asked: { state: asked.state, kind: kind ?? '' } },
        query: {
          ...(asked.state === '' ? {} : { state: asked.state }),
          ...(kind === undefined ? {} : { kind }),
        },
      },
      query.get('after'),
    );
    const names = await namesIn(deps, items);
    const rows = items.map((one) => rowOf(deps, calls, viewer, one, names));
    const counts = asked.state === '' ? await openKinds(deps, viewer, frame.seesAll, kind) : KINDS;
    const only = kind === undefined ? {} : { kind };
    const seesApps = calls.may('listInventoryEntries', viewer.account);
    const apps = seesApps ? { appsHref: `${deps.basePath}${INVENTORIES}` } : {};
    sendPage(ctx, 200, findingsPage({ ...frame, action: home, asked, rows, pages, counts, ...only, ...apps }));
  });

  addFindingForms(parts);
  addReopening(parts);

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const { finding } = await findingOf(parts, viewer, id);
    const { until, decided_by: by, decided_at: at, reason, agent, kill } = finding;
    const names = await namesIn(deps, [finding]);
    const seesLog = calls.may('listAuditEvents', viewer.account);
    sendPage(
      ctx,
      200,
      findingPage({
        ...frame,
        finding: {
          ...rowOf(deps, calls, viewer, finding, names),
          score: finding.score,
          parts: finding.parts.map(({ reason: why, points, value }) => ({
            ...{ reason: why, points },
            ...(value === undefined ? {} : { value }),
          })),
          evidence: await evidenceOf(parts, viewer, finding.evidence),
          ...(until === undefined ? {} : { until }),
          ...(by === undefined || at === undefined
            ? {}
            : { decided: { byName: doerName(names, by), at, ...(reason === undefined ? {} : { reason }) } }),
          ...(agent === undefined ? {} : { agent: { id: agent, href: agentHref(deps, agent) } }),
          ...(kill === undefined ? {} : { kill: { id: kill, href: `${deps.basePath}/console/kills` } }),
        },
        actions: actionsOn(parts, viewer, finding),
        ...(seesLog ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` } : {}),
      }),
    );
  });
};

const KINDS = FINDING_KINDS.map((kind) => ({ kind }));

/** The kinds of open findings that the viewer sees, with their numbers, and the chosen one. */
const openKinds = async (
  deps: ConsoleDeps,
  { account }: Viewer,
  seesAll: boolean,
  chosen: FindingKind | undefined,
): Promise<FindingsModel['counts']> => {
  const counted = await countedFindings(deps, seesAll ? undefined : await partiesOf(deps.groups, account.id));
  const isCounted = chosen === undefined || counted.some(({ kind }) => kind === chosen);
  return isCounted ? counted : [...counted, { kind: chosen, count: 0 }];
};

const namesIn = (deps: ConsoleDeps, findings: readonly ShownFinding[]): Promise<Names> =>
  partyNames(
    deps,
    findings.flatMap(({ owner, decided_by: by }) => [owner, by]),
  );

const subjectHref = (deps: ConsoleDeps, { subject_kind: kind, subject }: ShownFinding): string | undefined => {
  if (kind === 'agent') return agentHref(deps, subject);
  if (kind === 'resource_server') return serverHref(deps, subject);
  if (kind === 'transmitter') return `${deps.basePath}${TRANSMITTERS}/${subject}`;
  if (kind === 'inventory_entry') return undefined;
  return subject.startsWith('app_') ? clientHref(deps, subject) : undefined;
};

/** What comes first for a viewer: the page that removes the reason, or the decision about the finding. */
const actOf = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  finding: ShownFinding,
): FindingRow['act'] => {
  if (finding.state !== 'open') return undefined;
  const [here, there] = [findingHref(deps, finding.id), subjectHref(deps, finding)];
  if (there === undefined) return { name: 'decide', href: here };
  const look = { name: 'look', href: there } as const;
  switch (finding.kind) {
    case 'undeclared_agent':
      return calls.may('adoptFinding', account) ? { name: 'adopt', href: `${here}/adopt` } : look;
    case 'orphaned':
      return calls.may('updateAgent', account) ? { name: 'handOver', href: `${there}/hand-over` } : look;
    case 'unused':
      return calls.may('retireAgent', account) ? { name: 'retire', href: `${there}/retire` } : look;
    case 'secrets':
    case 'expiring':
      return { name: 'credentials', href: `${there}#credentials` };
    case 'stopped':
      return { name: 'effect', href: `${there}#effect` };
    case 'exceptions':
    case 'unowned_client':
      return calls.may('updateClient', account) ? { name: 'change', href: `${there}/edit` } : look;
    case 'new_network':
      return { name: 'decide', href: here };
    default:
      return look;
  }
};

/** Which of the two a client without owner or purpose lacks. */
const lacksOf = ({ kind, parts }: ShownFinding): Pick<FindingRow, 'lacks'> => {
  if (kind !== 'unowned_client') return {};
  const [hasNoOwner, hasNoPurpose] = (['no_owner', 'no_purpose'] as const).map((lack) =>
    parts.some(({ reason }) => reason === lack),
  );
  if (hasNoOwner && hasNoPurpose) return { lacks: 'both' };
  if (hasNoOwner) return { lacks: 'owner' };
  return hasNoPurpose ? { lacks: 'purpose' } : {};
};

const rowOf = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  finding: ShownFinding,
  names: Names,
): FindingRow => {
  const { id, kind, severity, state, subject_kind: subjectKind, subject, name, owner } = finding;
  const { found_at: foundAt, ends_at: endsAt } = finding;
  const act = actOf(deps, calls, viewer, finding);
  const href = subjectHref(deps, finding);
  return {
    ...{ id, href: findingHref(deps, id), kind, severity, state, subjectKind, subject, name, foundAt },
    ...lacksOf(finding),
    ...(href === undefined ? {} : { subjectHref: href }),
    ...(owner === undefined ? {} : { ownerName: names(owner) }),
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(act ? { act } : {}),
  };
};

const actionsOn = ({ deps, calls }: PageParts, viewer: Viewer, finding: ShownFinding) => {
  const href = findingHref(deps, finding.id);
  if (!calls.may('dismissFinding', viewer.account)) return [];
  if (finding.state === 'open') {
    const first = actOf(deps, calls, viewer, finding);
    const may = (act: 'adopt' | 'dismiss' | 'quarantine'): boolean => finding.acts.includes(act);
    return [
      first !== undefined &&
        first.href !== href && { text: words.acts[first.name], href: first.href, kind: 'primary' as const },
      may('dismiss') && { text: words.acts.dismiss, href: `${href}/dismiss` },
      may('quarantine') && { text: words.acts.quarantine, href: `${href}/quarantine`, kind: 'danger' as const },
    ];
  }
  return [finding.state !== 'resolved' && { text: words.acts.reopen, action: `${href}/reopen` }];
};

/** Adds the button that takes a decision back. */
const addReopening = ({ router, deps, calls, sessions, openedAs }: PageParts): void => {
  router.post(`${PATH}/:id/reopen`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    await calls.run('reopenFinding', account, by, { id });
    seeOther(ctx, `${findingHref(deps, id)}?done=findingReopened`);
  });
};

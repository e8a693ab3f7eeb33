/**
 * Every reason of a refusal on a page, with its words in German. Each noun declares its table beside its code. A reason
 * without words does not compile.
 */

import { LAYER_STATEMENTS_GERMAN, ROUTE_STATEMENTS_GERMAN } from '../../views/words/decision-layers.ts';
import {
  ABSENCE_GERMAN,
  APPROVAL_GERMAN,
  BREAK_GLASS_GERMAN,
  CONSENT_GERMAN,
  DELEGATION_GERMAN,
  POLICY_GERMAN,
  SIMULATION_GERMAN,
} from '../../views/words/refusals/authority.ts';
import {
  AGENT_GERMAN,
  BLUEPRINT_GERMAN,
  CLIENT_GERMAN,
  LINK_GERMAN,
  PUSH_GERMAN,
} from '../../views/words/refusals/clients.ts';
import {
  ACCOUNT_GERMAN,
  FACTOR_GERMAN,
  GROUP_GERMAN,
  INTERACTION_GERMAN,
  PROVIDER_GERMAN,
  SIGN_IN_GERMAN,
  UPSTREAM_GERMAN,
} from '../../views/words/refusals/identity.ts';
import {
  ACCOUNT_PAGE_GERMAN,
  CONSOLE_GERMAN,
  FORM_GERMAN,
  MANAGEMENT_GERMAN,
  PAGE_GERMAN,
} from '../../views/words/refusals/pages.ts';
import {
  AUDIT_GERMAN,
  DOCUMENT_GERMAN,
  FIELD_GERMAN,
  KEY_GERMAN,
  NAME_GERMAN,
  RESOURCE_SERVER_GERMAN,
} from '../../views/words/refusals/platform.ts';
import { SIMULATION_STATEMENTS_GERMAN } from '../../views/words/refusals/simulation-statements.ts';
import type { German } from '../../views/words/refusals.ts';
import { ABSENCE_REFUSALS } from '../domain/approvals/absence-refusals.ts';
import { APPROVAL_REFUSALS } from '../domain/approvals/approval-refusals.ts';
import { BREAK_GLASS_REFUSALS } from '../domain/approvals/break-glass-refusals.ts';
import { AUDIT_REFUSALS } from '../domain/audit/audit-refusals.ts';
import { CONSENT_REFUSALS } from '../domain/authority/consent/consent-refusals.ts';
import { LAYER_STATEMENTS } from '../domain/authority/decision/layers.ts';
import { ROUTE_STATEMENTS } from '../domain/authority/decision/routes.ts';
import { SIMULATION_REFUSALS } from '../domain/authority/decision/simulation-refusals.ts';
import { SIMULATION_STATEMENTS } from '../domain/authority/decision/simulation-statements.ts';
import { DELEGATION_REFUSALS } from '../domain/authority/delegation/delegation-refusals.ts';
import { POLICY_REFUSALS } from '../domain/authority/policy/policy-refusals.ts';
import { AGENT_REFUSALS } from '../domain/clients/agents/agent-refusals.ts';
import { BLUEPRINT_REFUSALS } from '../domain/clients/blueprints/blueprint-refusals.ts';
import { CLIENT_REFUSALS } from '../domain/clients/clients/client-refusals.ts';
import { LINK_REFUSALS } from '../domain/clients/peers/link-refusals.ts';
import { ACCOUNT_REFUSALS } from '../domain/identity/accounts/account-refusals.ts';
import { SIGN_IN_REFUSALS } from '../domain/identity/accounts/sign-in-refusals.ts';
import { FACTOR_REFUSALS } from '../domain/identity/factors/factor-refusals.ts';
import { GROUP_REFUSALS } from '../domain/identity/groups/group-refusals.ts';
import { UPSTREAM_REFUSALS } from '../domain/identity/upstream/upstream-refusals.ts';
import { PUSH_REFUSALS } from '../domain/notifications/push-refusals.ts';
import { NAME_REFUSALS } from '../domain/platform/display-names/name-refusals.ts';
import { DOCUMENT_REFUSALS } from '../domain/platform/registries/document-refusals.ts';
import { KEY_REFUSALS } from '../domain/platform/remote-keys/key-refusals.ts';
import { INTERACTION_REFUSALS } from '../domain/ports/interaction-refusals.ts';
import { PROVIDER_REFUSALS } from '../domain/ports/provider-refusals.ts';
import { RESOURCE_SERVER_REFUSALS } from '../domain/resources/resource-servers/resource-server-refusals.ts';
import { FIELD_REFUSALS } from '../domain/vocabulary/field-refusals.ts';
import type { RefusalTable } from '../domain/vocabulary/refusals.ts';
import type { StatementTable } from '../domain/vocabulary/statements.ts';
import { ACCOUNT_PAGE_REFUSALS } from './account/account-page-refusals.ts';
import { CONSOLE_REFUSALS } from './console/console-refusals.ts';
import { PAGE_REFUSALS } from './interaction/page-refusals.ts';
import { MANAGEMENT_REFUSALS } from './management/management-refusals.ts';
import { FORM_REFUSALS } from './middleware/form-refusals.ts';

export type RefusalArea = {
  readonly title: string;
  readonly table: RefusalTable;
  readonly german: Readonly<Record<string, German>>;
};

const area = <Table extends RefusalTable>(
  title: string,
  table: Table,
  german: { readonly [Reason in keyof Table]: German },
): RefusalArea => ({ title, table, german });

export const REFUSAL_AREAS: readonly RefusalArea[] = [
  area('Fields of documents and forms', FIELD_REFUSALS, FIELD_GERMAN),
  area('Objects of the registries', DOCUMENT_REFUSALS, DOCUMENT_GERMAN),
  area('Names', NAME_REFUSALS, NAME_GERMAN),
  area('Public keys', KEY_REFUSALS, KEY_GERMAN),
  area('Recording', AUDIT_REFUSALS, AUDIT_GERMAN),
  area('Resource servers', RESOURCE_SERVER_REFUSALS, RESOURCE_SERVER_GERMAN),
  area('Accounts', ACCOUNT_REFUSALS, ACCOUNT_GERMAN),
  area('Signing in and passwords', SIGN_IN_REFUSALS, SIGN_IN_GERMAN),
  area('Groups', GROUP_REFUSALS, GROUP_GERMAN),
  area('Second factors', FACTOR_REFUSALS, FACTOR_GERMAN),
  area('Upstream providers', PROVIDER_REFUSALS, PROVIDER_GERMAN),
  area('Sign-in at upstream providers', UPSTREAM_REFUSALS, UPSTREAM_GERMAN),
  area('Interactions of the authorization endpoint', INTERACTION_REFUSALS, INTERACTION_GERMAN),
  area('Agents', AGENT_REFUSALS, AGENT_GERMAN),
  area('Blueprints', BLUEPRINT_REFUSALS, BLUEPRINT_GERMAN),
  area('Clients', CLIENT_REFUSALS, CLIENT_GERMAN),
  area('Subject links', LINK_REFUSALS, LINK_GERMAN),
  area('Push messages', PUSH_REFUSALS, PUSH_GERMAN),
  area('Consent', CONSENT_REFUSALS, CONSENT_GERMAN),
  area('Delegations', DELEGATION_REFUSALS, DELEGATION_GERMAN),
  area('Policies', POLICY_REFUSALS, POLICY_GERMAN),
  area('Simulations', SIMULATION_REFUSALS, SIMULATION_GERMAN),
  area('Approvals', APPROVAL_REFUSALS, APPROVAL_GERMAN),
  area('Absences', ABSENCE_REFUSALS, ABSENCE_GERMAN),
  area('Break-glass', BREAK_GLASS_REFUSALS, BREAK_GLASS_GERMAN),
  area('Forms', FORM_REFUSALS, FORM_GERMAN),
  area('Pages on which people sign in and consent', PAGE_REFUSALS, PAGE_GERMAN),
  area('Pages of an account', ACCOUNT_PAGE_REFUSALS, ACCOUNT_PAGE_GERMAN),
  area('Console', CONSOLE_REFUSALS, CONSOLE_GERMAN),
  area('Management API', MANAGEMENT_REFUSALS, MANAGEMENT_GERMAN),
];

export type StatementArea = { readonly table: StatementTable; readonly german: Readonly<Record<string, German>> };

const statements = <Table extends StatementTable>(
  table: Table,
  german: { readonly [Reason in keyof Table]: German },
): StatementArea => ({ table, german });

export const STATEMENT_AREAS: readonly StatementArea[] = [
  statements(LAYER_STATEMENTS, LAYER_STATEMENTS_GERMAN),
  statements(ROUTE_STATEMENTS, ROUTE_STATEMENTS_GERMAN),
  statements(SIMULATION_STATEMENTS, SIMULATION_STATEMENTS_GERMAN),
];

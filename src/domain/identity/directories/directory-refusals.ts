import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: directories. */
export const DIRECTORY_REFUSALS = {
  directory_client_wrong: {
    code: 'invalid_field',
    text: 'The client of a directory is an active client with the grant type client_credentials and without a role. It is no agent.',
  },
  directory_client_taken: { code: 'conflict', text: 'Another directory authenticates as this client.' },
  directory_client_set_by_other: {
    code: 'conflict',
    text: 'Another account set the credentials of this client, and may know them. Rotate its secret or enter its keys with your own account first: behalf clients rotate-secret CLIENT --local.',
  },
  directory_unknown: {
    code: 'forbidden',
    text: 'The client of this access token belongs to no active directory. An administrator of this server can create or enable one.',
  },
  directory_token_of_person: {
    code: 'forbidden',
    text: 'A directory calls in its own name: request the access token with client_credentials.',
  },
  directory_user_not_found: { code: 'not_found', text: 'This directory has no such user.' },
  directory_account_privileged: {
    code: 'conflict',
    text: 'This account holds a role. No directory can manage it.',
  },
  directory_account_taken: { code: 'conflict', text: 'This account belongs to a directory already.' },
  directory_account_not_assigned: { code: 'conflict', text: 'This account does not belong to this directory.' },
  directory_username_taken: {
    code: 'conflict',
    text: 'An account has this username. If this directory does not have the account, an administrator of this server can assign it.',
  },
  directory_email_taken: {
    code: 'conflict',
    text: 'Another account has this e-mail address. If this directory does not have the account, an administrator of this server can assign it.',
  },
  directory_account_disabled_here: {
    code: 'forbidden',
    text: 'This server disabled the account, and not this directory. An operator or administrator of the server can enable it.',
  },
  directory_user_changed: { code: 'precondition_failed', text: 'The user was changed in the meantime. Read it again.' },
  directory_secret_unknown: {
    code: 'unauthenticated',
    text: 'This is no secret of a directory, or it was forgotten after its end. An administrator of this server can allow one.',
  },
  directory_secret_ended: {
    code: 'unauthenticated',
    text: 'This secret of the directory has ended. An administrator of this server can allow a new one; better, request access tokens with client_credentials.',
  },
  directory_secret_too_long_lived: { code: 'invalid_field', text: 'A secret of a directory ends within {most} days.' },
  directory_secret_exists: { code: 'conflict', text: 'This directory has a secret. Rotate it.' },
  directory_secret_missing: { code: 'conflict', text: 'This directory has no secret that could be rotated.' },
  directory_secret_still_ending: { code: 'conflict', text: 'The secret before is still valid beside this one.' },
  directory_secret_overlap_too_long: {
    code: 'invalid_field',
    text: 'The old secret stays valid for 0 to {most} seconds.',
  },
  directory_accounts_exceeded: {
    code: 'forbidden',
    text: 'This directory has {most} accounts, as many as it may. Delete users, or let an administrator of this server raise most_accounts.',
  },
  directory_agent_not_found: { code: 'not_found', text: 'This directory has no such agent.' },
  directory_agent_changed: {
    code: 'precondition_failed',
    text: 'The agent was changed in the meantime. Read it again.',
  },
  directory_agent_taken: { code: 'conflict', text: 'Another agent of this directory has this agentUserName.' },
  directory_agents_not_allowed: {
    code: 'forbidden',
    text: 'This directory creates no agents. An administrator of this server can name a blueprint for them: agent_blueprint of the directory.',
  },
  directory_agents_exceeded: {
    code: 'forbidden',
    text: 'A directory creates at most {most} agents. Delete some first.',
  },
  directory_agent_suspended_here: {
    code: 'forbidden',
    text: 'This server blocked the agent, and not this directory. Its owner or an operator of the server can resume it; an agent without an owner needs a new one.',
  },
  directory_agent_not_own: {
    code: 'forbidden',
    text: 'This directory did not create the agent. It can suspend it with active false. Its owner or an operator of the server can retire it.',
  },
  directory_agent_fixed: {
    code: 'invalid_field',
    text: 'The value of {name} comes from this server and not from this directory. Change it here; a new owner accepts the agent first.',
  },
  directory_agent_owner_wrong: {
    code: 'invalid_field',
    text: 'An agent has one owner: name an active User of this directory in owners.',
  },
  directory_blueprint_inactive: {
    code: 'invalid_field',
    text: 'The blueprint of agents that a directory creates is an active one.',
  },
  directory_group_not_found: { code: 'not_found', text: 'This directory has no such group.' },
  directory_group_changed: {
    code: 'precondition_failed',
    text: 'The group was changed in the meantime. Read it again.',
  },
  directory_group_taken: { code: 'conflict', text: 'A group of this directory has this displayName.' },
  directory_groups_exceeded: { code: 'forbidden', text: 'A directory has at most {most} groups. Delete some first.' },
  directory_group_map_exceeded: { code: 'invalid_field', text: 'At most {most} groups of a directory are mapped.' },
  directory_deactivations_paused: {
    code: 'unavailable',
    text: 'Too many accounts were deactivated or renamed at once, so both are paused. An administrator of this server can resume them.',
  },
  directory_contended: {
    code: 'unavailable',
    text: 'Too many others deactivate accounts at the same time. Try again.',
  },
  directory_not_paused: { code: 'conflict', text: 'Deactivations of this directory are not paused.' },
  directory_dry_run_full: {
    code: 'forbidden',
    text: 'The dry run of this directory holds {most} users and groups, as many as it may. Provision fewer, or let an administrator of this server start it for real.',
  },
  directory_dry_run_name_taken: { code: 'conflict', text: 'Another user of this dry run has this username.' },
  directory_dry_run_id: {
    code: 'not_found',
    text: 'This id is from a dry run, which has ended or has forgotten it. Restart the provisioning at the directory.',
  },
  directory_dry_run_too_late: {
    code: 'conflict',
    text: 'This directory has written accounts or groups already. While its requests are only checked, it could disable no account of a person who leaves.',
  },
  directory_not_in_dry_run: { code: 'conflict', text: 'This directory is not in a dry run.' },
  directory_dry_run_of_agents: {
    code: 'forbidden',
    text: 'This directory is in a dry run, which previews users and groups only. Let an administrator of this server start it for real.',
  },
  directory_lists_busy: {
    code: 'unavailable',
    text: 'Too many lists of users are read at the same time. Try again.',
  },
  directory_list_too_long: {
    code: 'invalid_field',
    text: 'A list reads at most {most} users, and 32 MiB. Read it by cursor, or filter by userName, externalId or id.',
  },
} as const satisfies RefusalTable;

export const directoryRefusal = refusalsOf(DIRECTORY_REFUSALS);

/** Reason of a refusal of this table. */
export type DirectoryReason = keyof typeof DIRECTORY_REFUSALS;

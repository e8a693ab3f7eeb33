/** Examples in the help of commands. A test runs each line against the descriptions of the commands. */

/** By command, without `behalf`. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  init: ['init', 'init --yes', 'init --api https://notes.example.com --agent Writer --person ada --yes'],
  login: ['login https://id.example.com', 'login https://id.example.com --write', 'login --step-up --write'],
  'agents create': ["agents create --name Planner --purpose 'Plans the week'"],
  'agents list': [
    'agents list --state active --environment production',
    'agents list --unused-since 90d --sort last_use',
    'agents list --watch',
  ],
  'agents suspend': ['agents suspend Planner', "agents suspend Planner 'Mail sorter'"],
  'agents update': ['agents update Planner --owner ben', 'agents update Planner --environment production'],
  'accounts create': ['accounts create ada --name Ada', 'accounts create olga --role operator --local'],
  'accounts disable': ['accounts disable ada', 'accounts disable ada ben --yes'],
  'resource-servers create': [
    "resource-servers create https://notes.example.com --name Notes --scope 'notes:read:low:Read your notes'",
  ],
  'delegations list': ['delegations list --subject ada --live', 'delegations list --agent Planner'],
  'approvals list': ['approvals list --state pending --watch', 'approvals list --agent Planner --subject ada'],
  'audit list': [
    'audit list --since yesterday --outcome refused',
    'audit list --actor ada --since 7d --ndjson',
    'audit list --type token.issued --agent Planner --watch',
  ],
  'config apply': ['config apply -f settings', 'config apply -f settings --prune --yes'],
  'config diff': ['config diff -f settings --prune'],
  'kill agent': [
    "kill agent Planner --reason 'Its key has leaked'",
    "kill agent Planner --reason 'Its key has leaked' --yes",
  ],
};

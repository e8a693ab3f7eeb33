/** Schema and representation of the preview of a kill. */
import type { KillPreview } from '../../../domain/offboarding/kill-preview.ts';
import { KILL_SCOPES, type KillScope } from '../../../domain/vocabulary/kill.ts';
import { named, type Schema } from '../schema.ts';
import { flag, identified, integer, list, oneOf, output, string, strings } from '../schema-parts.ts';

const some = <T>(description: string, item: Schema<T>) => ({
  ...output({ items: list(description, 100, item), more: flag('Whether more exist than are listed.') }),
  description,
});

const COUNT = (description: string) => ({
  ...output({
    count: integer('How many, up to 100.'),
    more: flag('Whether more exist, or may exist: the search ended before it read all.'),
  }),
  description,
});

export const KILL_PREVIEW = named(
  'KillPreview',
  output(
    {
      scope: oneOf('What the kill would stop.', KILL_SCOPES),
      target: string('Id of the object; absent with `all`.'),
      name: string('Name of the object; absent where it has none.'),
      agents: some(
        'Agents that would be stopped.',
        output({ ...identified('Begins with agt_.'), name: string(), owner: string() }),
      ),
      delegations: some(
        'Live delegations that would end: those that the target gave or holds, those of the listed agents, those that a client calls agents with, and all below them. `more`: further ones exist, or the search ended before it read all.',
        output({
          ...identified('Begins with dlg_.'),
          subject: string('Account on whose behalf the agent acts.'),
          actor: string('Agent that holds it.'),
          resource: string('Resource indicator.'),
          scope: strings('Scopes that the delegation holds there.', 200, 128),
        }),
      ),
      grants: COUNT('Live grants of the target and of the listed agents that would end.'),
      sessions: COUNT('Sessions that would end. With `all` they are not counted: `count` is 0 and `more` is true.'),
    },
    ['target', 'name'],
  ),
);

export const showKillPreview = (
  scope: KillScope,
  target: string | undefined,
  name: string | undefined,
  { agents, delegations, grants, sessions }: KillPreview,
) => ({
  scope,
  ...(target === undefined ? {} : { target }),
  ...(name === undefined ? {} : { name }),
  agents: {
    items: agents.items.map(({ id, name: called, owner }) => ({ id, name: called, owner })),
    more: agents.more,
  },
  delegations: {
    items: delegations.items.map(({ id, subject, actor, resource, scope: scopes }) => ({
      ...{ id, subject, actor, resource },
      scope: scopes,
    })),
    more: delegations.more,
  },
  grants: { count: grants.items.length, more: grants.more },
  sessions: { count: sessions.items.length, more: sessions.more },
});

import { chosenName } from '../../../views/agent-text.ts';
import type { HtmlValue, Phrase } from '../../../views/html.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import type { ConsoleDeps } from './console-deps.ts';

/** A heading that contains the name that a party chose. */
export const chosenHeading =
  (heading: (name: HtmlValue) => Phrase) =>
  (name: string): Phrase =>
    heading(chosenName(name, 100));

/** The text by which a form names an account or a group: a username, or the group's name. Any other id stays. */
export const ownerText = async (
  deps: Pick<ConsoleDeps, 'accounts' | 'groups'>,
  id: string | undefined,
): Promise<string | undefined> => {
  if (id === undefined) return undefined;
  const [found] = isGroupId(id) ? await deps.groups.getMany([id]) : await deps.accounts.getMany([id]);
  if (!found) return id;
  return 'username' in found ? found.username : found.name;
};

/** Scopes of the calls about directories. */
import { scopes } from '../route.ts';

export const DIRECTORY_SCOPES = scopes('directories', {
  read: ['See the directories that provision accounts', 'low'],
  write: ['Decide which directories create, change and disable accounts', 'critical'],
});

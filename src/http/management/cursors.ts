import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { fieldError } from '../problem.ts';
import { managementRefusal } from './management-refusals.ts';

/**
 * Positions in a list as sealed cursors: no caller can read or make one. A cursor is valid only on its route and for its
 * caller (MG-07). `open` throws 'invalid_field' for any other text.
 */
export const cursors = (masterKey: Pick<MasterKey, 'seal' | 'open'>) => {
  const contextOf = (route: string, caller: string): string => `management-cursor/${route}/${caller}`;
  return {
    seal: (route: string, caller: string, cursor: Cursor): string =>
      masterKey.seal(contextOf(route, caller), JSON.stringify(cursor)),

    open(route: string, caller: string, sealed: string): Cursor {
      try {
        return JSON.parse(masterKey.open(contextOf(route, caller), sealed)) as Cursor;
      } catch (cause) {
        const error = managementRefusal('cursor_of_other_list', { field: 'cursor', cause });
        throw Object.assign(error, { errors: [fieldError({ parameter: 'cursor' }, error)] });
      }
    },
  };
};

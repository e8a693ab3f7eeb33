import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { fieldError } from '../problem.ts';
import { managementRefusal } from './management-refusals.ts';

/**
 * Positions in a list as callers carry them: sealed, so that no caller reads or makes one, and valid only on the route and for
 * the caller it was made for (MG-07). `open` throws 'invalid_field' for anything else.
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

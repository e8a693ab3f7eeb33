/** Cursors of lists (RFC 9865): sealed, of one directory and one query, and valid for an hour (MG-07). */

import { scimRefusal } from '../../domain/identity/scim/scim-refusals.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { CURSOR_SECONDS } from './limits.ts';

/** The list in which a cursor is a place. */
export type ListPlace = {
  readonly type: 'User' | 'Group' | 'Agent';
  readonly directory: string;
  readonly filter: string | undefined;
  readonly count: number;
};

type Sealed = { readonly after: Cursor; readonly filter: string; readonly count: number; readonly until: number };

export interface ScimCursors {
  seal(place: ListPlace, after: Cursor): string;
  /** Throws 'invalid_field' for a cursor of another list, one that expired, and another `count` than that of its list. */
  open(place: ListPlace, text: string): Cursor;
}

export const scimCursors = (masterKey: Pick<MasterKey, 'seal' | 'open'>, clock: Pick<Clock, 'now'>): ScimCursors => {
  const contextOf = ({ type, directory }: ListPlace): string => `scim-cursor/${type}/${directory}`;

  const read = (place: ListPlace, text: string): Sealed => {
    try {
      return JSON.parse(masterKey.open(contextOf(place), text)) as Sealed;
    } catch (cause) {
      throw scimRefusal('scim_cursor_wrong', { cause });
    }
  };

  return {
    seal(place, after): string {
      const { filter = '', count } = place;
      const sealed: Sealed = { after, filter, count, until: clock.now() + CURSOR_SECONDS };
      return masterKey.seal(contextOf(place), JSON.stringify(sealed));
    },

    open(place, text): Cursor {
      const { after, filter, count, until } = read(place, text);
      if (filter !== (place.filter ?? '')) throw scimRefusal('scim_cursor_wrong');
      if (until < clock.now()) throw scimRefusal('scim_cursor_expired');
      if (count !== place.count) throw scimRefusal('scim_count_other');
      return after;
    },
  };
};

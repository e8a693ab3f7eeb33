import { MOST_GROUP_OPERATIONS } from '../../domain/identity/scim/group-patch.ts';

/** Bounds of SCIM requests, as `/ServiceProviderConfig` states them. */
export const MOST_ON_PAGE = 200;
export const DEFAULT_ON_PAGE = 100;
/** How long a cursor of a list is valid. */
export const CURSOR_SECONDS = 3600;
export const BULK_LIMITS = { maxOperations: MOST_GROUP_OPERATIONS, maxPayloadSize: 1_048_576 } as const;

/** Counts refusals before authentication; bounded. */
export type RefusalCounter = { note(source: string, reason: string, request?: string): void | Promise<void> };

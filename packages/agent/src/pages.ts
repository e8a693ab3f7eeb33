/** Pages of the server on which a person answers. */
import type { Page } from './denial.ts';
import { isSafeUrl } from './safe-url.ts';

/** Seconds between two questions whether a person has answered on a page. */
export const PAGE_PACE = 5;

/** Only a page of the server itself is shown to a person. `origin`: of the server. */
export const isPageOf = (origin: string, { url }: Page): boolean => isSafeUrl(url) && new URL(url).origin === origin;

/**
 * Whether a page is another one because the person decided on the first. A server also gives a new page when half of the time of
 * the first is over, and the first is then still open.
 */
export const isDecided = (page: Page, url: string, secondsLeft: number): boolean =>
  page.url !== url && secondsLeft > page.expiresIn / 2 + PAGE_PACE;

/** Pages that only a step leads to, for the pictures: they have no address of their own. */
import type { Page } from 'playwright-core';
import { PASSWORD } from '../support/approval-scene.ts';

export type Driven = {
  readonly name: string;
  /** `anonymous`: a browser in which no user is signed in. */
  readonly as: 'ada' | 'anonymous';
  /** Leads a page of `issuer` there. */
  readonly steps: (page: Page, issuer: string) => Promise<void>;
};

const press = async (page: Page, name: string): Promise<void> => {
  await Promise.all([page.waitForLoadState('load'), page.getByRole('button', { name }).first().click()]);
  await page.waitForLoadState('load');
};

export const DRIVEN: readonly Driven[] = [
  {
    name: 'second factor',
    as: 'anonymous',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/account`);
      await page.getByLabel('Username').fill('ada');
      await page.getByLabel('Password').fill(PASSWORD);
      await press(page, 'Sign in');
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  },
  {
    name: 'recovery codes',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/account/security`);
      await press(page, 'Create new codes');
    },
  },
];

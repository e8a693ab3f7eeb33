import { expect } from '@jest/globals';
import type { TokenToMint } from '../../../src/extensions/extension.ts';
import { REFUSALS } from '../../../src/extensions/token-exchange/refusals.ts';
import { type Attempt, exchangeScene, MAIL } from './fakes.ts';

/** What was minted; fails when the attempt was refused. */
export const granted = ({ minted, error }: Attempt): TokenToMint => {
  if (!minted) throw error ?? new Error('nothing was minted');
  return minted;
};

export const refused = ({ error, minted }: Attempt, reason: keyof typeof REFUSALS, more: object = {}) => {
  expect(minted).toBeUndefined();
  expect(error).toMatchObject({
    name: 'DomainError',
    code: REFUSALS[reason].code,
    denial: { id: expect.stringMatching(/^dny_/), reason, ...more },
  });
};

/** Anna's app called agent A, which may read and send her mail. */
export const story = async (options: Parameters<typeof exchangeScene>[0] = {}) => {
  const scene = exchangeScene(options);
  const row = await scene.consent('agt_a', MAIL, ['read', 'send']);
  const fromApp = scene.addToken();
  return { ...scene, row, fromApp };
};

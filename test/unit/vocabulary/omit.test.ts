import { expect, test } from '@jest/globals';
import { omit } from '../../../src/domain/vocabulary/omit.ts';

test('leaves the named members out, and the object as it is', () => {
  const object: { readonly id: string; readonly at?: number; readonly name?: string } = { id: 'a', at: 1, name: 'n' };
  expect(omit(object, 'at', 'name')).toEqual({ id: 'a' });
  expect(object).toEqual({ id: 'a', at: 1, name: 'n' });
  expect(Object.keys(omit({ id: 'a' } as typeof object, 'at'))).toEqual(['id']);
});

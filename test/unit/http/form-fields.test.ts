/** What fields of the console read of a form and write into one. */
import { expect, test } from '@jest/globals';
import { dayField } from '../../../src/http/console/form-fields.ts';

test('a form that changes an object shows the day of a stored second, which reads as that second again', () => {
  for (const at of ['begins', 'ends'] as const) {
    const field = dayField(at);
    const second = field.read(['2033-05-18'], 'ends_at');
    expect([at, field.write(second)]).toEqual([at, ['2033-05-18']]);
    expect(field.read(field.write(second), 'ends_at')).toBe(second);
  }
  expect(dayField('begins').write(undefined)).toEqual([]);
});

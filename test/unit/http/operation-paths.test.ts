import { expect, test } from '@jest/globals';
import { methodsAt, operationAt } from '../../../src/http/management/operation-paths.ts';
import { routeEntries } from '../../../src/http/management/resource-table.ts';

test('each operation is found by its method and its path, with the values of all its parameters', () => {
  for (const [operation, { method, path }] of routeEntries()) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
    const parameters = Object.fromEntries(names.map((name) => [name, `${name}_1`]));
    const filled = path.replaceAll(/\{(\w+)\}/g, '$1_1');
    expect(operationAt(method, filled)).toEqual({ operation, parameters });
    expect(methodsAt(filled)).toContain(method);
  }
});

test('of a fixed path and one with a parameter, each method has its own operation', () => {
  expect(operationAt('POST', '/accounts/disable-preview')?.operation).toBe('previewDisableAccounts');
  expect(operationAt('GET', '/accounts/disable-preview')).toEqual({
    operation: 'getAccount',
    parameters: { id: 'disable-preview' },
  });
  expect(methodsAt('/accounts/disable-preview')).toEqual(expect.arrayContaining(['GET', 'PATCH', 'POST']));
});

test('a HEAD is a GET', () => {
  expect(operationAt('HEAD', '/accounts')?.operation).toBe('listAccounts');
});

test.each([
  ['another case (MG-09)', '/Accounts'],
  ['a slash at the end (MG-09)', '/accounts/'],
  ['an empty parameter (MG-09)', '/accounts//disable'],
  ['one segment more', '/accounts/acc_1/disable/more'],
  ['a name of every object', '/constructor'],
  ['a parameter of the table itself', '/{id}'],
  ['no noun', '/'],
  ['nothing', ''],
])('%s is no path', (_, path) => {
  expect(operationAt('GET', path)).toBeUndefined();
  expect(operationAt('POST', path)).toBeUndefined();
  expect(methodsAt(path)).toEqual([]);
});

test('a parameter is decoded; what is no valid escape stays as it was sent', () => {
  const idIn = (path: string) => operationAt('GET', path)?.parameters['id'];
  expect(idIn('/accounts/acc%5F1')).toBe('acc_1');
  expect(idIn('/accounts/acc%2F1')).toBe('acc/1');
  expect(idIn('/accounts/acc%')).toBe('acc%');
});

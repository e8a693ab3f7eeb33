/** Forms with files (RFC 7578), as browsers send them and as they do not. */
import { describe, expect, test } from '@jest/globals';
import { isMultipart, type PostedForm, readMultipart } from '../../../src/http/middleware/multipart-form.ts';

const TYPE = 'multipart/form-data; boundary=xYzZY';

const part = (header: string, content: string): string => `--xYzZY\r\n${header}\r\n\r\n${content}\r\n`;
const field = (name: string, content: string): string =>
  part(`Content-Disposition: form-data; name="${name}"`, content);
const file = (name: string, content: string): string =>
  part(`Content-Disposition: form-data; name="files"; filename="${name}"\r\nContent-Type: text/plain`, content);
const END = '--xYzZY--\r\n';

const read = (body: string, type = TYPE): PostedForm => readMultipart(Buffer.from(body, 'utf8'), type);
const shown = ({ form, files }: PostedForm) => ({
  fields: [...form],
  files: files.map(({ name, content }) => [name, content.toString('utf8')]),
});

test('reads fields and files as an HTTP client of this platform sends them', async () => {
  const body = new FormData();
  body.append('format', 'csv');
  body.append('list', 'Ü\r\n--no delimiter\r\n');
  body.append('files', new Blob(['external_id,name\r\n1,"A"\r\n']), 'a "quoted" name\n.csv');
  body.append('files', new Blob(['']), 'empty.csv');
  const response = new Response(body);
  const type = String(response.headers.get('content-type'));
  const posted = readMultipart(Buffer.from(await response.arrayBuffer()), type);
  expect(isMultipart(type)).toBe(true);
  expect(shown(posted)).toEqual({
    fields: [
      ['format', 'csv'],
      ['list', 'Ü\r\n--no delimiter\r\n'],
    ],
    files: [
      ['a "quoted" name\n.csv', 'external_id,name\r\n1,"A"\r\n'],
      ['empty.csv', ''],
    ],
  });
});

test('a file field that was left empty has no file, and a field that is there twice is there twice', () => {
  expect(shown(read(`${file('', '')}${field('a', '1')}${field('a', '2')}${END}`))).toEqual({
    fields: [
      ['a', '1'],
      ['a', '2'],
    ],
    files: [],
  });
});

test.each(['\u2028', '\u2029'])(
  'a name of a file with the line separator %j is a name (RFC 7578 §4.2)',
  (separator) => {
    const name = `a${separator}content-disposition: form-data; name=b.csv`;
    expect(shown(read(`${file(name, 'X')}${END}`))).toEqual({ fields: [], files: [[name, 'X']] });
  },
);

test('the content of a file stays as it is, byte for byte', () => {
  const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 13, 10]);
  const body = Buffer.concat([Buffer.from(file('x', '').slice(0, -2)), bytes, Buffer.from(`\r\n${END}`)]);
  expect(readMultipart(body, TYPE).files[0]?.content.equals(bytes)).toBe(true);
});

test('a quoted boundary is read, and 64 parts', () => {
  expect(shown(read(`${field('a', '1')}${END}`, 'multipart/form-data; boundary="xYzZY"')).fields).toEqual([['a', '1']]);
  expect(read(`${field('a', '1').repeat(64)}${END}`).form.getAll('a')).toHaveLength(64);
});

describe('refuses (RFC 7578 §4, RFC 2046 §5.1.1)', () => {
  test.each([
    ['no body', ''],
    ['a body that ends in a part', field('a', '1')],
    ['a body that ends in a header', '--xYzZY\r\nContent-Disposition: form-data; name="a"'],
    ['another boundary', `${field('a', '1')}${END}`.replaceAll('xYzZY', 'other')],
    ['text before the first part', `hello\r\n${field('a', '1')}${END}`],
    ['a part without a name', `${part('Content-Disposition: form-data', '1')}${END}`],
    ['a part without a disposition', `${part('Content-Type: text/plain', '1')}${END}`],
    [
      'a header of more than 4096 bytes',
      `${part(`X: ${'x'.repeat(5000)}\r\nContent-Disposition: form-data; name="a"`, '1')}${END}`,
    ],
    ['more than 64 parts', `${field('a', '1').repeat(65)}${END}`],
  ])('%s', (_, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', reason: 'form_unreadable' }));
  });

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ])('the content type %s', (type) => {
    expect(() => read(`${field('a', '1')}${END}`, type)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  test.each(['multipart/mixed; boundary=x', 'text/plain', ''])('and does not take %j for a form', (type) => {
    expect(isMultipart(type)).toBe(false);
  });
});

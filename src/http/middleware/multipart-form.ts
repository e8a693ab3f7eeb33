/** Reads `multipart/form-data` (RFC 7578) that is in memory already: fields and chosen files. Stores and logs nothing. */
import { formRefusal } from './form-refusals.ts';

/** A file that a user chose. Its browser named it. */
export type PostedFile = { readonly name: string; readonly content: Buffer };

export type PostedForm = { readonly form: URLSearchParams; readonly files: readonly PostedFile[] };

/** Most parts of one form: fields and files. */
const MOST_PARTS = 64;
/** Most bytes of the header of one part. A browser writes the name of a file into it. */
const MOST_HEADER = 4096;

const TYPE = /^multipart\/form-data\s*;/i;
/** RFC 2046 §5.1.1: at most 70 characters, quoted or not. */
const BOUNDARY = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([\w'()+,./:=?-]{1,70}))\s*(?:;|$)/i;
/** Only CR LF ends a line of a header: the name of a file may have another line separator, such as U+2028. */
const DISPOSITION = /(?:^|\r\n)content-disposition:[ \t]*form-data[ \t]*;([^\r\n]*)/i;
const PARAMETER = /(?:^|;)[ \t]*(name|filename)="([^"\r\n]*)"/gi;

/** Whether a content type is that of a form with files. */
export const isMultipart = (contentType: string): boolean => TYPE.test(contentType);

/** A browser writes quotation marks and line breaks in names so (HTML, multipart form data). */
const unescaped = (name: string): string =>
  name.replace(/%(22|0D|0A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

type Header = { readonly name: string; readonly file?: string };

const headerOf = (text: string): Header => {
  const found = new Map(
    [...(DISPOSITION.exec(text)?.[1] ?? '').matchAll(PARAMETER)].map(([, key = '', value = '']) => [
      key.toLowerCase(),
      unescaped(value),
    ]),
  );
  const [name, file] = [found.get('name'), found.get('filename')];
  if (name === undefined) throw formRefusal('form_unreadable');
  return { name, ...(file === undefined ? {} : { file }) };
};

/**
 * The fields and files of a body. A file field that the user left empty sends a file without a name, which is left out.
 * Throws DomainError 'invalid_request' for a body that is cut off or has another form, and above 64 parts. Takes time and
 * memory in proportion to the body.
 */
export const readMultipart = (body: Buffer, contentType: string): PostedForm => {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw formRefusal('form_unreadable');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const form = new URLSearchParams();
  const files: PostedFile[] = [];
  // The first delimiter has no line break before it.
  let at = delimiter.length - 2;
  if (!body.subarray(0, at).equals(delimiter.subarray(2))) throw formRefusal('form_unreadable');
  for (let parts = 0; body.toString('latin1', at, at + 2) !== '--'; parts += 1) {
    const headerEnd = body.subarray(at, at + MOST_HEADER).indexOf('\r\n\r\n');
    if (parts === MOST_PARTS || headerEnd === -1) throw formRefusal('form_unreadable');
    const begin = at + headerEnd + 4;
    const end = body.indexOf(delimiter, begin);
    if (end === -1) throw formRefusal('form_unreadable');
    const { name, file } = headerOf(body.toString('utf8', at, begin));
    if (file === undefined) form.append(name, body.toString('utf8', begin, end));
    else if (file !== '') files.push({ name: file, content: body.subarray(begin, end) });
    at = end + delimiter.length;
  }
  return { form, files };
};

/** Reads the forms of a page as a browser without JavaScript would. Enough for pages we make ourselves; no HTML parser. */

type Field = {
  readonly name: string;
  /** `hidden`, `text`, `password`, `checkbox`, `radio`, `select`, … */
  readonly type: string;
  readonly value: string;
  /** Whether it is sent as it stands. */
  readonly isOn: boolean;
};

export type Button = { readonly name: string; readonly value: string; readonly text: string };

export type Form = {
  readonly action: string;
  readonly method: 'GET' | 'POST';
  readonly fields: readonly Field[];
  readonly buttons: readonly Button[];
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

export const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });

/** The readable text of markup: tags dropped, white space folded. */
export const textOf = (markup: string): string =>
  decodeEntities(markup.replace(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

const attributesOf = (tag: string): ReadonlyMap<string, string> => {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of tag.matchAll(
    /\s([a-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi,
  ))
    attributes.set(name.toLowerCase(), decodeEntities(double ?? single ?? bare ?? ''));
  return attributes;
};

const inputField = (tag: string): Field | Button | undefined => {
  const attributes = attributesOf(tag);
  const type = (attributes.get('type') ?? 'text').toLowerCase();
  const name = attributes.get('name') ?? '';
  const isChoice = type === 'checkbox' || type === 'radio';
  const value = attributes.get('value') ?? (isChoice ? 'on' : '');
  if (type === 'submit' || type === 'image') return { name, value, text: value };
  if (name === '' || type === 'button' || type === 'reset') return undefined;
  return { name, type, value, isOn: !attributes.has('disabled') && (!isChoice || attributes.has('checked')) };
};

const selectFields = (attributes: ReadonlyMap<string, string>, inner: string): readonly Field[] => {
  const name = attributes.get('name') ?? '';
  const options = [...inner.matchAll(/<option\b([^>]*)>([\s\S]*?)(?=<option|<\/option|$)/gi)].map(
    ([, tag = '', text = '']) => {
      const own = attributesOf(tag);
      return { value: own.get('value') ?? textOf(text), selected: own.has('selected') };
    },
  );
  const chosen = options.some((option) => option.selected)
    ? options.filter((option) => option.selected)
    : options.slice(0, 1);
  return attributes.has('multiple') && !options.some((option) => option.selected)
    ? []
    : chosen.map(({ value }) => ({ name, type: 'select', value, isOn: true }));
};

/** All forms of a page, in order. */
export const formsOf = (html: string): readonly Form[] =>
  [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag = '', inner = '']) => {
    const own = attributesOf(` ${tag}`);
    const fields: Field[] = [];
    const buttons: Button[] = [];
    const controls = /<input\b([^>]*)>|<(select|textarea|button)\b([^>]*)>([\s\S]*?)<\/\2>/gi;
    for (const [, input, element, attributes = '', content = ''] of inner.matchAll(controls)) {
      if (input !== undefined) {
        const control = inputField(` ${input}`);
        if (control === undefined) continue;
        if ('text' in control) buttons.push(control);
        else fields.push(control);
        continue;
      }
      const read = attributesOf(` ${attributes}`);
      const name = read.get('name') ?? '';
      if (element?.toLowerCase() === 'button') {
        if ((read.get('type') ?? 'submit') === 'submit')
          buttons.push({ name, value: read.get('value') ?? '', text: textOf(content) });
      } else if (name !== '' && element?.toLowerCase() === 'select') fields.push(...selectFields(read, content));
      else if (name !== '') fields.push({ name, type: 'textarea', value: decodeEntities(content), isOn: true });
    }
    return {
      action: own.get('action') ?? '',
      method: (own.get('method') ?? 'get').toUpperCase() === 'POST' ? 'POST' : 'GET',
      fields,
      buttons,
    };
  });

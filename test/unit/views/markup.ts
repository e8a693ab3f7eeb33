/** A strict reader of our own markup: it knows only what pages may hold, and throws at anything else. */

export type Element = { readonly name: string; readonly attributes: Readonly<Record<string, string>> };

const VOID: readonly string[] = ['input', 'img', 'link', 'meta', 'wbr'];
const ELEMENTS: ReadonlySet<string> = new Set([
  ...VOID,
  ...'html head title body a header footer main nav section article div span p h1 h2 h3 h4 ul ol li dl dt dd strong em s code bdi pre progress datalist'.split(
    ' ',
  ),
  ...'form fieldset legend label select option textarea button details summary figure figcaption blockquote time'.split(
    ' ',
  ),
  ...'table caption thead tbody tr th td'.split(' '),
  ...'svg g rect path circle text script'.split(' '),
]);
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...'accept action aria-current aria-describedby aria-hidden aria-invalid aria-keyshortcuts aria-label aria-selected aria-labelledby aria-sort alt autocapitalize autocomplete autofocus charset checked class colspan disabled'.split(
    ' ',
  ),
  ...'content cx cy data-day data-annotation data-checked data-copy data-count data-download data-editor data-finding data-keep data-key-maker data-line data-name data-words data-said data-save data-sentence data-views data-found-status data-href data-is data-label data-of data-time data-value data-with datetime dir enctype formnovalidate enterkeyhint for form height hidden href id inputmode lang list max maxlength method multiple name placeholder popover popovertarget r readonly rel required role scope selected'.split(
    ' ',
  ),
  ...'data-browser data-continue data-denied data-key data-own data-push data-push-here data-push-list data-push-on data-remove data-scope data-without-push data-worker'.split(
    ' ',
  ),
  ...'d data-exists data-failed data-live data-live-status data-message data-near data-pick-all data-print data-updated data-options data-passkey data-without-passkeys defer fill preserveaspectratio rows rx shape-rendering spellcheck open src tabindex title type value viewbox width x y text-anchor'.split(
    ' ',
  ),
]);

const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)>$/;

/** Elements in order of appearance. Throws where the text is not well-formed. */
export const elementsOf = (markup: string): readonly Element[] => {
  const elements: Element[] = [];
  const open: string[] = [];
  const body = markup.replace(/^<!doctype html>\n/, '');
  let at = 0;
  while (at < body.length) {
    const next = body.indexOf('<', at);
    const text = body.slice(at, next === -1 ? body.length : next);
    if (text.includes('>')) throw new Error(`unescaped ">" in: ${text.slice(0, 200)}`);
    if (/&(?!(amp|lt|gt|quot|#39|#96);)/.test(text)) throw new Error(`bare ampersand in: ${text.slice(0, 200)}`);
    if (next === -1) break;
    // A tag ends at the first ">": no value holds one.
    at = body.indexOf('>', next) + 1;
    const tag = tagOf(at === 0 ? body.slice(next) : body.slice(next, at));
    if (!tag) throw new Error(`unescaped "<" or a malformed tag: ${body.slice(next, next + 120)}`);
    if (tag.isClosing) {
      const expected = open.pop();
      if (expected !== tag.name) throw new Error(`</${tag.name}> closes <${expected}>`);
    } else {
      elements.push(tag);
      if (!tag.isVoid) open.push(tag.name);
    }
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(', ')}`);
  return elements;
};

type Tag = Element & { readonly isClosing: boolean; readonly isVoid: boolean };

/** By their text: nearly every tag of a page is on the next one as well. */
const known = new Map<string, Tag>();
const MOST_KNOWN = 20_000;

/** Undefined: malformed. */
const tagOf = (text: string): Tag | undefined => {
  const found = known.get(text) ?? readTag(text);
  if (known.size >= MOST_KNOWN) known.clear();
  if (found) known.set(text, found);
  return found;
};

const readTag = (text: string): Tag | undefined => {
  const [whole, closing, name = '', attributes = ''] = TAG.exec(text) ?? [];
  if (whole === undefined) return undefined;
  if (!ELEMENTS.has(name)) throw new Error(`element not known to our pages: ${name}`);
  return {
    name,
    isClosing: closing !== '',
    isVoid: VOID.includes(name),
    attributes: closing === '' ? readAttributes(attributes) : {},
  };
};

const readAttributes = (text: string): Readonly<Record<string, string>> => {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/g)) {
    if (!ATTRIBUTES.has(name)) throw new Error(`attribute not known to our pages: ${name}`);
    if (Object.hasOwn(attributes, name)) throw new Error(`attribute twice: ${name}`);
    attributes[name] = value;
  }
  return attributes;
};

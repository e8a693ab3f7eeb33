/** How Cedar is coloured, indented and commented. */
import { StreamLanguage, type StringStream, syntaxHighlighting } from '@codemirror/language';
import { tagHighlighter, tags } from '@lezer/highlight';

type State = {
  /** Brackets that are open at this place. */
  depth: number;
  /** The text before ended with a point: an attribute or a method follows. */
  isMember: boolean;
};

const KEYWORDS = /^(?:permit|forbid|when|unless|if|then|else|in|has|like|is)$/;
const PARTS = /^(?:principal|action|resource|context)$/;

/** A name, by what it is and what follows. */
const nameOf = (name: string, stream: StringStream, isMember: boolean): string => {
  if (isMember) return 'propertyName';
  if (stream.match(/^\s*::/, false)) return 'typeName';
  if (KEYWORDS.test(name)) return 'keyword';
  if (PARTS.test(name)) return 'variableName';
  if (name === 'true' || name === 'false') return 'bool';
  return /^[A-Z]/.test(name) ? 'typeName' : 'name';
};

const token = (stream: StringStream, state: State): string | null => {
  if (stream.eatSpace()) return null;
  const { isMember } = state;
  state.isMember = false;
  if (stream.match('//')) {
    stream.skipToEnd();
    return 'comment';
  }
  if (stream.match(/^@\w*/)) return 'meta';
  // A text that is not closed ends with its line.
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
  if (stream.match(/^\d+/)) return 'number';
  const name = stream.match(/^\w+/);
  if (name) return nameOf(String((name as RegExpMatchArray)[0]), stream, isMember);
  const character = stream.next() ?? '';
  if ('([{'.includes(character)) state.depth += 1;
  if (')]}'.includes(character)) state.depth = Math.max(0, state.depth - 1);
  state.isMember = character === '.';
  return '()[]{},;.'.includes(character) ? null : 'operator';
};

const CONDITION = /^\s*(?:when|unless)\b/;
const CLOSING = /^\s*[)\]}]/;

export const cedar = StreamLanguage.define<State>({
  name: 'cedar',
  startState: () => ({ depth: 0, isMember: false }),
  token,
  indent: ({ depth }, after, { unit }) => (CONDITION.test(after) ? 0 : (depth - (CLOSING.test(after) ? 1 : 0)) * unit),
  languageData: {
    commentTokens: { line: '//' },
    closeBrackets: { brackets: ['(', '[', '{', '"'] },
    indentOnInput: /^\s*[)\]}]$/,
  },
});

/** Classes in place of styles, so that `views/assets/editor.css` has the colours. */
export const cedarColours = syntaxHighlighting(
  tagHighlighter([
    { tag: tags.comment, class: 'cedar-comment' },
    { tag: tags.meta, class: 'cedar-annotation' },
    { tag: tags.string, class: 'cedar-string' },
    { tag: tags.number, class: 'cedar-value' },
    { tag: tags.bool, class: 'cedar-value' },
    { tag: tags.keyword, class: 'cedar-keyword' },
    { tag: tags.typeName, class: 'cedar-type' },
    { tag: tags.variableName, class: 'cedar-part' },
    { tag: tags.propertyName, class: 'cedar-attribute' },
  ]),
);

// The editor in place of the text field of policies. The field stays the field of the form, and has the text at every moment.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  snippet,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { linter, lintGutter, nextDiagnostic, previousDiagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { offersAt } from './cedar-completion.ts';
import { cedar, cedarColours } from './cedar-language.ts';
import { readSchema } from './cedar-schema.ts';

const KINDS = {
  annotation: 'property',
  keyword: 'keyword',
  type: 'class',
  action: 'enum',
  attribute: 'property',
  method: 'method',
  part: 'variable',
  policy: 'text',
};

/** The schema and the annotations that the page shows. */
const known = () => ({
  schema: readSchema(
    [...document.querySelectorAll('#schema .source code')].map(({ textContent }) => textContent).join('\n'),
  ),
  annotations: [...document.querySelectorAll('#schema [data-annotation]')].map(({ dataset, textContent }) => ({
    name: dataset.annotation,
    says: textContent.trim(),
  })),
});

const completionSource =
  ({ schema, annotations }) =>
  (context) => {
    const found = offersAt(schema, annotations, context.state.sliceDoc(0, context.pos), context.explicit);
    if (!found) return null;
    return {
      from: context.pos - found.typed,
      validFor: /^@?\w*$/,
      options: found.offers.map(({ label, kind, insert, detail, info }) => ({
        label,
        type: KINDS[kind],
        detail,
        info,
        apply: insert === undefined ? label : snippet(insert),
      })),
    };
  };

/** The findings in a part of the page, for the lines of the text. */
const findingsIn = (part, doc) =>
  [...part.querySelectorAll('[data-finding]')].map(({ dataset }) => {
    const { from, to, text } = doc.line(Math.min(Math.max(Number(dataset.line ?? 1), 1), doc.lines));
    const indentation = text.length - text.trimStart().length;
    return { from: Math.min(from + indentation, to), to, severity: dataset.finding, message: dataset.message };
  });

/**
 * Asks the server what is wrong with the text, and shows it below the editor. The page of a check shows it already, as long
 * as the text is that one.
 */
const findings = (form, place) => async (view) => {
  const shown = document.querySelector('[data-checked]');
  if (shown && view.state.doc.toString() === form.elements.text.defaultValue) return findingsIn(shown, view.state.doc);
  const body = new URLSearchParams(new FormData(form));
  body.set('do', 'find');
  // Without an answer, as when the page is left, nothing is marked.
  const answer = await fetch(form.action, { method: 'POST', body }).catch(() => undefined);
  if (!answer?.ok) return [];
  const [status, list] = place.children;
  for (const stale of document.querySelectorAll('[data-checked]')) if (!list.contains(stale)) stale.remove();
  list.innerHTML = await answer.text();
  const said = list.querySelector('h2, strong')?.textContent ?? '';
  // A screen reader says it again whenever the text is set.
  if (status.textContent !== said) status.textContent = said;
  return findingsIn(list, view.state.doc);
};

/**
 * Where typed text replaces a selection, Chromium writes the style of what was there into an attribute, and our policy objects.
 * So the editor replaces it, and the browser does not.
 */
const typedOverSelection = (event, view) => {
  const { main } = view.state.selection;
  if (event.inputType !== 'insertText' || event.isComposing || event.data === null || main.empty) return false;
  const insert = () =>
    view.state.update(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handler) => handler(view, main.from, main.to, event.data, insert))) view.dispatch(insert());
  return true;
};

/**
 * Puts an editor in the place of `area`, a text field in `form`. Returns what leads to a line.
 * `words`: texts of the editor in the language of the page, by the English ones.
 */
export const edit = (form, area, words) => {
  const label = form.querySelector(`label[for="${area.id}"]`);
  label.id = `${area.id}-label`;
  const hadFocus = document.activeElement === area;
  const { selectionStart, selectionEnd, scrollTop } = area;
  const height = area.offsetHeight;
  const wanted = known();

  const view = new EditorView({
    doc: area.value,
    selection: { anchor: selectionStart, head: selectionEnd },
    extensions: [
      EditorState.phrases.of(words),
      EditorState.tabSize.of(2),
      lineNumbers(),
      lintGutter(),
      highlightSpecialChars(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      history(),
      cedar,
      cedarColours,
      // A narrow screen shows whole lines.
      matchMedia('(max-width: 40rem)').matches ? EditorView.lineWrapping : [],
      bracketMatching(),
      closeBrackets(),
      indentOnInput(),
      autocompletion({ override: [completionSource(wanted)], icons: false }),
      linter(findings(form, form.querySelector('[data-live]')), { delay: 600 }),
      EditorView.contentAttributes.of({
        'aria-labelledby': label.id,
        'aria-describedby': area.getAttribute('aria-describedby') ?? '',
        spellcheck: 'false',
        tabindex: '0',
      }),
      EditorView.domEventHandlers({ beforeinput: typedOverSelection }),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged) area.value = state.doc.toString();
      }),
      // No key for Tab: it leads on to the next field, as everywhere on the page.
      keymap.of([
        { key: 'F8', run: nextDiagnostic, shift: previousDiagnostic },
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
    ],
  });
  view.dom.style.height = `${height}px`;
  area.before(view.dom);
  area.hidden = true;
  form.dataset.ready = '';
  // A browser cannot lead to a hidden field that is empty. The server refuses an empty text.
  area.required = false;
  label.addEventListener('click', () => view.focus());
  view.scrollDOM.scrollTop = scrollTop;
  if (hadFocus) view.focus();
  const [first] = [...document.querySelectorAll('[data-checked]')].flatMap((shown) =>
    findingsIn(shown, view.state.doc),
  );
  if (first) view.dispatch({ effects: EditorView.scrollIntoView(first.from, { y: 'center' }) });

  return (number) => {
    const { from, to } = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
    view.focus();
    view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    view.dom.scrollIntoView({ block: 'nearest' });
  };
};

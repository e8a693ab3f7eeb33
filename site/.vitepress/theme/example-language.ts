/**
 * One language for all examples: a choice at one operation holds for the page, and for the pages after it. Without this script
 * each group of tabs works by itself.
 */
import { onContentUpdated } from 'vitepress';

const KEY = 'behalf-example-language';
const GROUPS = '.api-page .vp-code-group';

const stored = (): string | undefined => {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined; // storage is blocked
  }
};

const labelOf = (input: HTMLInputElement): string => input.labels?.[0]?.textContent ?? '';

const inputsIn = (selector: string): readonly HTMLInputElement[] => [
  ...document.querySelectorAll<HTMLInputElement>(`${selector} input`),
];

const choose = (language: string): void => {
  for (const input of inputsIn(GROUPS)) if (labelOf(input) === language) input.checked = true;
};

/** Keeps what was chosen, in place: groups above may become longer or shorter. */
const changed = (event: Event): void => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.closest(GROUPS)) return;
  const language = labelOf(input);
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The choice holds for this page.
  }
  const group = input.parentElement;
  const before = group?.getBoundingClientRect().top ?? 0;
  choose(language);
  scrollBy({ top: (group?.getBoundingClientRect().top ?? 0) - before, behavior: 'instant' });
};

/** Call it in `setup` of the layout. */
export const useExampleLanguage = (): void => {
  if (typeof document === 'undefined') return;
  document.addEventListener('change', changed);
  onContentUpdated(() => {
    const language = stored();
    if (language) choose(language);
  });
};

/** What a user without a pointer meets: every control of a page, in which order, and whether it can be seen where they are. */
import type { Page } from 'playwright-core';

/** An expression of the page: its controls in the order in which Tab reaches them. A scrollable part without a control is a stop as well, and none of these. */
export const TAB_STOPS = `(() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('[inert]');
  const isOwnStop = (one) =>
    one.type !== 'radio' || one === ([...document.getElementsByName(one.name)].find(({ checked }) => checked) ?? document.getElementsByName(one.name)[0]);
  return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((one) => !one.disabled && one.tabIndex === 0 && shown(one) && isOwnStop(one));
})()`;

/** Runs in the page: waits for the Tab key, and notes where it leads. */
const WATCH = `(() => {
  const look = (one) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(one);
    return [outlineStyle === 'none' || outlineWidth === '0px' ? '' : outlineWidth + outlineColor, boxShadow].join();
  };
  const place = (one) => {
    const { left, right, top, bottom, width, height } = one.getBoundingClientRect();
    let [x, y] = [scrollX, scrollY];
    // A navigation scrolls by itself when the focus reaches its lower part.
    for (let around = one.parentElement; around && around !== document.body; around = around.parentElement) {
      x += around.scrollLeft;
      y += around.scrollTop;
    }
    return { left: left + x, right: right + x, top: top + y, bottom: bottom + y, width, height };
  };
  // From the top, wherever the page put the focus.
  document.body.tabIndex = -1;
  document.body.focus();
  const controls = ${TAB_STOPS};
  const before = new Map(controls.map((one) => [one, look(one)]));
  const stops = [];
  document.addEventListener('focusin', ({ target }) => {
    stops.push({ target, isSeen: look(target) !== before.get(target), ...place(target) });
  });
  window.walk = { controls, stops, positive: [...document.querySelectorAll('[tabindex]')].filter(({ tabIndex }) => tabIndex > 0) };
  // A day is three fields and a button to the Tab key.
  return controls.length + 3 * controls.filter(({ type }) => type === 'date').length;
})()`;

/** Runs in the page, after the last key. */
const FAULTS = `(() => {
  const { controls, stops, positive } = window.walk;
  const named = (one) => (one.outerHTML ?? '').replace(/\\s+/g, ' ').slice(0, 160);
  const reached = stops.map(({ target }) => target);
  const round = reached.slice(0, reached.indexOf(reached[0], 1) === -1 ? undefined : reached.indexOf(reached[0], 1));
  const known = round.filter((one) => controls.includes(one));
  const faults = controls.filter((one) => !round.includes(one)).map((one) => 'is not reached by Tab: ' + named(one));
  if (faults.length === 0 && known.some((one, index) => one !== controls[index]))
    faults.push('is walked in another order than it is written: ' + known.map(named).join(' '));
  faults.push(...positive.map((one) => 'has an order of its own: ' + named(one)));
  stops.slice(0, round.length).forEach(({ target, isSeen, width, height, left, right, top, bottom }, index) => {
    if (!isSeen) faults.push('does not show the focus on ' + named(target));
    if (width < 8 || height < 8) faults.push('shows nothing where the focus is: ' + named(target));
    const last = stops[index - 1];
    // A menu opens over the page, so that the way out of it may lead upwards.
    const menu = last?.target.closest?.('details.menu');
    if (last && (!menu || menu.contains(target)) && bottom <= last.top && left < last.right) faults.push('leads upwards, to ' + named(target));
  });
  return faults;
})()`;

/** Presses Tab from the top of the page as it stands until every control was met, and says what was wrong on the way. */
export const tabFaults = async (page: Page): Promise<readonly string[]> => {
  const stops = await page.evaluate<number>(WATCH);
  // A scrollable part is a stop as well; and one press leads out of the page. The browser takes them in this order.
  await Promise.all(Array.from({ length: stops + 4 }, () => page.keyboard.press('Tab')));
  const faults = await page.evaluate<readonly string[]>(FAULTS);
  return faults.map((fault) => `${new URL(page.url()).pathname} ${fault}`);
};

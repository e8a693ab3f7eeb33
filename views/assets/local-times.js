// Shows times in the time zone of the reader, and how near a moment is as time goes on. Without this script they are in UTC.
const language = document.documentElement.lang === 'de' ? 'de-DE' : 'en-GB';
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' });
// As the server writes it, so that nothing moves: the zone has a name.
const short = new Intl.DateTimeFormat(language, {
  ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  timeZoneName: 'short',
});
const relative = new Intl.RelativeTimeFormat(language, { style: 'short' });
const STEPS = [
  [86_400, 'day'],
  [3_600, 'hour'],
];

const near = (seconds) => {
  const [size, unit] = STEPS.find(([one]) => Math.abs(seconds) >= 2 * one) ?? [60, 'minute'];
  return relative.format(Math.trunc(seconds / size), unit);
};

// How an element shows its time, as it was before this script changed it.
const kinds = new WeakMap();
const kindOf = (one) => {
  const kind =
    kinds.get(one) ?? ('near' in one.dataset ? 'near' : 'day' in one.dataset ? 'day' : one.title ? 'other' : 'exact');
  kinds.set(one, kind);
  return kind;
};

const write = (one, name, text) => {
  if (one[name] !== text) one[name] = text;
};

const show = () => {
  for (const one of document.querySelectorAll('main time[datetime]')) {
    const at = new Date(one.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const kind = kindOf(one);
    write(one, 'title', exact.format(at));
    if (kind === 'near') write(one, 'textContent', near(Math.max(0, at - Date.now()) / 1000));
    // Where days begin at another time than in UTC, the day alone would be wrong.
    if (kind === 'exact' || (kind === 'day' && at.getTimezoneOffset() !== 0))
      write(one, 'textContent', short.format(at));
  }
};

show();
setInterval(show, 15_000);
// The list of approvals replaces a part of the page.
new MutationObserver((changes) => {
  if (changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.querySelector?.('time')))) show();
}).observe(document.querySelector('main'), { childList: true, subtree: true });

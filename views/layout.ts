import { anyText, isolated } from './agent-text.ts';
import { assets, type ScriptName, type StyleName } from './assets.ts';
import { brandLinks, brandName, brandOf } from './brand-text.ts';
import { type Html, type HtmlValue, html, type Text, type View } from './html.ts';
import { LANGUAGE_NAMES, LANGUAGES } from './language.ts';
import { type FlashMessage, flash } from './partials/flash.ts';
import { type SearchField, searchField } from './partials/search-field.ts';
import { menuButton } from './partials/side-navigation.ts';
import { submit } from './partials/submit.ts';
import { layoutWords as words } from './words/layout.ts';

/** The common facts of every page, which are part of each page's model. */
export type PageFrame = {
  /** Path part of the issuer without a trailing slash, or ''. */
  readonly basePath: string;
  /** The account that is signed in in this browser, for the navigation. */
  readonly signedInAs?: SignedInAs;
  /** The caller did not look up whether a user is signed in, so the navigation says nothing about it. */
  readonly isUnknownReader?: true;
  /** One message about the last action. */
  readonly flash?: FlashMessage;
  /** The search in the header; its script and its style come with it. */
  readonly search?: SearchField;
};

export type SignedInAs = {
  readonly name: string;
  readonly username: string;
  /** The navigation of the account pages has a place for notifications. */
  readonly hasNotifications?: boolean;
  /** Absent: no sign-out button. The form POSTs `csrf` to `action`. */
  readonly signOut?: { readonly action: string; readonly csrf: string };
};

export type Shell = {
  readonly frame: PageFrame;
  /** Plain text of our own: never chosen by an agent (its text could imitate us in the tab). */
  readonly title: Text;
  readonly body: HtmlValue;
  /** `narrow`: one decision or form. `wide`: lists. */
  readonly width?: 'narrow' | 'wide';
  /** The navigation of an area (`sideNavigation`): beside the content, or behind a button on a narrow screen. */
  readonly side?: Html;
  /** A second style sheet, and further ones after it. */
  readonly style?: StyleName;
  readonly alsoStyle?: StyleName | readonly StyleName[];
  /** Scripts of ours. The page must also work without them. */
  readonly script?: ScriptName | readonly ScriptName[];
  /** Pages of a decision in progress show no links that lead away. */
  readonly bare?: boolean;
};

/** The document around every page. */
export const layout = ({
  frame,
  title,
  body,
  width = 'narrow',
  side,
  style,
  alsoStyle,
  bare = false,
  script,
}: Shell): Html => {
  const { href } = assets(frame.basePath);
  const main = html`<main id="main" class="${width}" tabindex="-1">
${frame.flash && flash(frame.flash)}
${body}
</main>`;
  return html`<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<title>${anyText(title, 80)} · ${brandName}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="${href('style.css')}">
${side && html`<link rel="stylesheet" href="${href('frame.css')}">`}
${style && html`<link rel="stylesheet" href="${href(style)}">`}
${[alsoStyle ?? []].flat().map((also) => html`<link rel="stylesheet" href="${href(also)}">`)}
${frame.search && html`<link rel="stylesheet" href="${href('search.css')}"><script src="${href('search.js')}" defer></script><script src="${href('copy.js')}" defer></script>`}
${(view: View) => {
  const { style: own } = brandOf(view);
  return own !== undefined && html`<link rel="stylesheet" href="${frame.basePath}${own}">`;
}}
${[script ?? []].flat().map((one) => html`<script src="${href(one)}" defer></script>`)}
<link rel="icon" type="image/svg+xml" href="${href('icon.svg')}">
</head>
<body${side && html` class="framed"`}>
<a class="skip" href="#main">${words.skip}</a>
<header class="top"><div class="bar">
${brand(frame, bare)}
${side && menuButton}
${frame.search && searchField(frame.search)}
${bare ? undefined : navigation(frame)}
</div></header>
${side ? html`<div class="frame">${side}${main}</div>` : main}
<footer class="bottom"><div class="bar">${(view: View) => brandLinks(view) ?? (view.brand ? undefined : html`<p>${words.about}</p>`)}${languageSwitch(frame)}</div></footer>
</body>
</html>
`;
};

const brand = ({ basePath }: PageFrame, bare: boolean): Html => {
  const mark = html`${(view: View) => logo(basePath, brandOf(view).logo)}<span>${brandName}</span>`;
  return bare ? html`<span class="brand">${mark}</span>` : html`<a class="brand" href="${basePath}/">${mark}</a>`;
};

/** Ours is a square; that of an operator has the proportions of its file. */
const logo = (basePath: string, own: string | undefined): Html =>
  own === undefined
    ? html`<img src="${assets(basePath).href('icon.svg')}" alt="" width="28" height="28">`
    : html`<img src="${basePath}${own}" alt="" height="28" class="logo">`;

const navigation = ({ basePath, signedInAs, isUnknownReader }: PageFrame): Html =>
  html`<nav aria-label="${words.navigation}">${
    signedInAs
      ? html`<a href="${basePath}/account">${words.account}</a>
<a href="${basePath}/console">${words.console}</a>
<span class="who">${isolated(signedInAs.name)}</span>
${
  signedInAs.signOut &&
  html`<form method="post" action="${signedInAs.signOut.action}"><input type="hidden" name="csrf" value="${signedInAs.signOut.csrf}">${submit({ text: words.signOut, kind: 'quiet' })}</form>`
}`
      : html`<a href="${basePath}/account">${isUnknownReader ? words.account : words.signIn}</a>`
  }</nav>`;

/** A form that works without JavaScript and changes only the language. It leads back to the same page. */
const languageSwitch =
  ({ basePath }: PageFrame) =>
  ({ language, here }: View): Html | undefined =>
    here === undefined
      ? undefined
      : html`<form method="post" action="${basePath}/language" class="languages" aria-label="${words.switchLanguage}">
<input type="hidden" name="back" value="${here}">${LANGUAGES.map((one) =>
          one === language
            ? html`<span lang="${one}" aria-current="true">${LANGUAGE_NAMES[one]}</span>`
            : html`<button type="submit" class="button quiet" name="language" value="${one}" lang="${one}">${LANGUAGE_NAMES[one]}</button>`,
        )}</form>`;

/** What a form about a registered object consists of. */
import type { ScriptName, StyleName } from '../../../views/assets.ts';
import type { Html, HtmlValue, Phrase } from '../../../views/html.ts';
import type { ConsoleFrame, ConsolePlace } from '../../../views/partials/console-frame.ts';
import type { JsonObject } from '../management/json-body.ts';
import type { OperationId } from '../management/resource-table.ts';
import type { ObjectOperation } from './console-calls.ts';
import type { Viewer } from './console-page.ts';
import type { FieldSpec } from './form-fields.ts';

/** Fields that repeat for each item of one member of the body. */
export type RowsSpec = {
  readonly member: string;
  readonly label: (number: number) => Phrase;
  readonly fields: readonly FieldSpec[];
  /** The button for one more. */
  readonly add: Phrase;
  /** Empty rows after the items of a new object. */
  readonly spare: number;
  readonly most: number;
  /** The first field takes the room that the others leave, because its texts are long. */
  readonly isStacked?: true;
};

export type SectionSpec = {
  readonly title: Phrase;
  readonly hint?: HtmlValue;
  readonly isFolded?: true;
  /** Its fields stand beside one another, as parts of one sentence. */
  readonly isRow?: true;
  readonly fields?: readonly FieldSpec[];
  readonly rows?: RowsSpec;
  /** Below the fields of a new object. */
  readonly afterNew?: HtmlValue;
};

/** An object as the management API answers it. */
export type Shown = Readonly<Record<string, unknown>>;

export type ObjectFormSpec = {
  /** Path of the list, below the issuer's path. */
  readonly path: string;
  readonly place: ConsolePlace;
  readonly sections: readonly SectionSpec[];
  readonly create?: {
    readonly operation: ObjectOperation;
    readonly title: Phrase;
    readonly lead: Phrase;
    readonly button: Phrase;
    /** Keyword of the message afterwards. */
    readonly done: string;
    /** Of the page. `style`: besides agents.css. */
    readonly script?: ScriptName;
    readonly style?: StyleName;
    /** Values of a new form. */
    readonly values?: Shown;
    /** The body of the call, from what the fields say; default: the same. */
    readonly body?: (body: JsonObject) => JsonObject;
    /** Creates the object; default: the call of `operation`. */
    readonly run?: (viewer: Viewer, body: JsonObject) => Promise<Shown>;
    /** A page in place of the redirect, as for a secret that is shown once. */
    readonly page?: (frame: ConsoleFrame, made: Shown, href: string) => Html | undefined;
  };
  readonly change?: {
    readonly read: ObjectOperation;
    readonly operation: OperationId;
    readonly title: Phrase;
    readonly heading: (name: string) => Phrase;
    readonly lead: Phrase;
    /** Default: Save. */
    readonly button?: Phrase;
    /** The body of the call, from the members that the fields change, and the object before; default: the same. */
    readonly body?: (body: JsonObject, object: Shown) => JsonObject;
    /** What the form changes, from what `read` answers; default: the same. */
    readonly object?: (answer: Shown) => Shown;
    /** Default: `edit`. */
    readonly path?: string;
    /** The object as it is now, before the fields. */
    readonly now?: (object: Shown) => Promise<HtmlValue> | HtmlValue;
    /** Asks for a fresh second factor before the form, where the call asks for it only in some cases. */
    readonly isStepUp?: true;
    /** The call that the viewer must be permitted to see the form; default: `operation`. */
    readonly access?: OperationId;
  };
  readonly hrefOf: (id: string) => string;
  /** By member: the fields within it that it needs. Without any of them the form sends no such member, or removes it. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
  /** The object as the fields show it; default: the answer itself. */
  readonly shown?: (object: Shown, viewer: Viewer) => Promise<Shown> | Shown;
};

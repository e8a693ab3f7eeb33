import { phrase } from '../html.ts';

/** Making the key of an agent in the browser. */
export const keyMakerWords = {
  make: phrase({ en: 'Make a key in this browser', de: 'Schlüssel in diesem Browser erzeugen' }),
  what: phrase({
    en: 'Saves the private key as a file, and fills in the public key below. The private key is not sent.',
    de: 'Speichert den privaten Schlüssel als Datei und trägt den öffentlichen unten ein. Der private wird nicht gesendet.',
  }),
  done: phrase({
    en: 'Saved. Move the file to where the agent runs, readable for the agent only, and delete the download. The agent signs its requests with it (private_key_jwt). If the file is lost, make another key.',
    de: 'Gespeichert. Verschieben Sie die Datei dorthin, wo der Agent läuft, lesbar nur für ihn, und löschen Sie den Download. Der Agent signiert damit seine Anfragen (private_key_jwt). Geht die Datei verloren, erzeugen Sie einen neuen Schlüssel.',
  }),
};

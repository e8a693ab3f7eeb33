export type MailMessage = {
  /** The left part of the Message-ID, the same for each attempt. */
  readonly id: string;
  /** One address. */
  readonly to: string;
  /** Language of the following texts, BCP 47. */
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Sends mail through the server that the configuration names. */
export interface Mailer {
  /**
   * Resolves when the server has accepted the message. Throws MailNotSent, with `isFinal` when the server will never accept
   * it. Gives up after 20 seconds at the latest.
   */
  send(message: MailMessage): Promise<void>;
  close(): void;
}

/** `code` is 'mail_not_sent'. */
export class MailNotSent extends Error {
  override readonly name = 'MailNotSent';
  readonly code = 'mail_not_sent';
  readonly isFinal: boolean;

  /** `reason`: a word, such as the code of an error or of an SMTP reply; never the text of the server. */
  constructor(reason: string, isFinal: boolean) {
    super(reason);
    this.isFinal = isFinal;
  }
}

export const isMailNotSent = (error: unknown): error is MailNotSent =>
  (error as { code?: unknown } | undefined)?.code === 'mail_not_sent';

/** `behalf accounts reset-password`: runs on the machine, on the database file, for a user who cannot sign in. */
import { systemClock } from '../../../adapters/node/clock.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { accountRegistry } from '../../domain/identity/accounts/account-registry.ts';
import { passwords } from '../../domain/identity/accounts/passwords.ts';
import { ownerNames } from '../../domain/identity/groups/owner-names.ts';
import { type Command, CommandError, EXIT } from '../command.ts';
import { databaseOfServer, withLocalStore } from '../local-store.ts';
import { choosePassword } from '../password.ts';
import { SETTINGS, settings } from '../settings.ts';
import { printable } from '../table.ts';

export const resetPassword: Command = {
  words: ['accounts', 'reset-password'],
  operands: ['USERNAME'],
  summary: 'Set a password on this machine, for a user who is locked out.',
  options: {
    'password-file': { value: 'FILE', description: 'File with the password. - reads standard input.' },
    enable: { description: 'Also enable the account if it is disabled.' },
    ...SETTINGS,
  },
  notes: 'The command writes to the database file, whether the server runs or not. All sessions of the account end.',
  run: async (call) => {
    const configuration = settings(call);
    const [username = ''] = call.operands;
    const by = { caller: 'system' } as const;
    await withLocalStore(databaseOfServer(configuration), async ({ documents, audit }) => {
      const names = ownerNames({ documents, clock: systemClock });
      const accounts = accountRegistry({
        documents,
        audit,
        clock: systemClock,
        identifiers: randomIdentifiers,
        passwords: passwords(configuration.passwords),
        ownerNames: names,
      });
      const named = await names.find(username, { kinds: ['account'] });
      const account = named && (await accounts.get(named.id))?.document;
      if (!account) {
        throw new CommandError(`There is no account ${username}.`, {
          hint: `The administrator that first start makes is ${configuration.administrator.username}.`,
        });
      }
      const { password, isGenerated } = await choosePassword(
        call.terminal,
        call.text('password-file'),
        `New password for ${printable(account.username)}`,
      );
      await accounts.setPassword(account.id, password, by);
      if (isGenerated) call.terminal.out(`${password}\n`);
      call.terminal.err(`The password of ${printable(account.username)} is set; sessions from before are over.\n`);
      if (account.state === 'active') return;
      if (call.isSet('enable')) {
        await accounts.enable(account.id, by);
        call.terminal.err('The account is enabled again.\n');
      } else call.terminal.err('The account is disabled; run this again with --enable to enable it.\n');
    });
    return EXIT.done;
  },
};

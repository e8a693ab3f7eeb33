/** `client_id` of the command line, which signs accounts in at every server. The client itself is built in. */
export const COMMAND_LINE_CLIENT = 'app_behalfcommandlineclientaaa';

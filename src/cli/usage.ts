import type { Command } from 'commander';

/** Ends the reading of a command line with a text for whoever wrote it. */
export const wrongUsage = (command: Command, text: string): never =>
  command.error(`error: ${text}`, { code: 'commander.usage' });

const fileName = /\.[cm]?[jt]sx?$/;

/**
 * An error of commander in one line, without the values that were given: one of them may be a
 * secret behind a flag that was misspelt.
 */
export function inOneLine(
  text: string,
  { name, takesEntry }: { readonly name: string; readonly takesEntry: boolean },
): string {
  const line = text
    .trimEnd()
    .replace(/^(error: unknown option '--?[^'=]+)=.*'/s, "$1'")
    .replace(/\n\((Did you mean .+\?)\)$/, '. $1');
  const [, command = ''] = /^error: unknown command '(.+)'/s.exec(line) ?? [];
  return takesEntry && fileName.test(command)
    ? `error: '${command}' is no command. Write: ${name} start ${command}\n`
    : `${line}\n`;
}

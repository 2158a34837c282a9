/** A table with a row for each list of cells. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** Text as it is written in code; nothing for nothing. */
export const code = (text: string | undefined): string => (text ? `\`${text}\`` : '');

/** A test whose title ends with the ids of the rows that it holds. */
export interface Holding {
  readonly file: string;
  /** The titles of the groups around it, and its own, without the ids. */
  readonly title: string;
  readonly ids: readonly string[];
}

/** What the titles of a file say. */
export interface Titles {
  readonly holdings: readonly Holding[];
  /** Ids that count for nothing, with the line on which they stand and the reason. */
  readonly problems: readonly string[];
}

const id = '[A-Z]-[A-Z]?\\d+';
const ids = `${id}(?:, ${id})*`;
const tagged = new RegExp(`(['"\`])((?:(?!\\1)[^\\\\\\n]|\\\\.)*?) \\((${ids})\\)\\1`, 'g');
const likeTag = new RegExp(`\\([^()'"\`\\n]*\\b${id}\\b[^()'"\`\\n]*\\)`, 'g');

/** Reads titles with ids from the source of a test, as biome has laid it out. */
export function titlesOf(file: string, source: string): Titles {
  const holdings: Holding[] = [];
  const problems: string[] = [];
  const read = new Set<number>();
  for (const match of source.matchAll(tagged)) {
    const [text, quote = '', title = '', list = ''] = match;
    const why = whyNoTitle(source.slice(0, match.index));
    read.add(match.index + text.length - list.length - 3);
    if (why) problems.push(`${placeOf(file, source, match.index)}: (${list}) ${why}`);
    else
      holdings.push({
        file,
        title: whole(source, match.index, title, quote),
        ids: list.split(', '),
      });
  }
  for (const { index, 0: text } of source.matchAll(likeTag)) {
    if (read.has(index)) continue;
    problems.push(
      `${placeOf(file, source, index)}: ${text} does not end a title as (F-1, D-2) does`,
    );
  }
  return { holdings, problems };
}

const call = /(?:^|\n)[ ]*(?:it|test|describe)((?:\.\w+(?:\([^\n]*\))?)*)\(\s*$/;

/** Why the text that begins here is not the title of a test that runs; nothing if it is. */
function whyNoTitle(before: string): string | undefined {
  if (/\btitle:\s*$/.test(before)) return undefined;
  const modifiers = call.exec(before)?.[1] ?? modifiersOfTable(before);
  if (modifiers === undefined) return 'stands outside of the title of a test';
  return /\.(?:skip|todo|fails)\b/.test(modifiers)
    ? 'stands on a test that does not run'
    : undefined;
}

/** The modifiers of `it.each([…])(`, whose table may have many lines. */
function modifiersOfTable(before: string): string | undefined {
  const end = /(?:^|\n)( *)[^\s][^\n]*\)\(\s*$/.exec(before);
  if (!end) return undefined;
  const head = new RegExp(`^${end[1]}(\\S.*)$`);
  const line = before
    .slice(0, end.index)
    .split('\n')
    .findLast((text) => head.test(text));
  return /^ *(?:it|test|describe)((?:\.\w+)+)[<(]/.exec(line ?? '')?.[1];
}

/** A title with those of the groups around it, and dots for what a table fills in. */
function whole(source: string, index: number, title: string, quote: string): string {
  const lines = source.slice(0, source.indexOf('\n', index)).split('\n').reverse();
  const own = lines.findIndex((line) => /^ *(?:it|test|describe|title)\b/.test(line));
  const titles = [plain(title, quote)];
  let depth = indentOf(lines[own] ?? '');
  for (const line of lines.slice(own + 1)) {
    const indent = indentOf(line);
    if (indent >= depth) continue;
    const group = /^ *describe[^'"`]*\((['"`])(.*?)\1, /.exec(line);
    if (group) titles.unshift(plain(group[2] ?? '', group[1] ?? ''));
    depth = indent;
  }
  return titles.join(': ');
}

/** How far a line is set in; an empty one is in the innermost block. */
const indentOf = (line: string): number => {
  const indent = line.search(/\S/);
  return indent < 0 ? Number.POSITIVE_INFINITY : indent;
};

function plain(title: string, quote: string): string {
  const filled = title.replace(/%[sdifjoO#]|\$[a-z][\w.]*/g, '…').replace(/\\(.)/g, '$1');
  return quote === '`' ? filled.replace(/\$\{[^}]*\}/g, '…') : filled;
}

const placeOf = (file: string, source: string, index: number): string =>
  `${file}:${source.slice(0, index).split('\n').length}`;

import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line that a child printed. */
export interface PrintedLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** The longest line, in characters; what is longer comes in pieces. */
const longest = 8_192;
/** What is kept of the standard error, for the case that the child does not start. */
const keptLines = 20;
const keptCharacters = 500;

/**
 * Reads what a child prints, line by line; a last one needs no end. The result tells the last lines
 * of its standard error.
 */
export function readOutput(
  { stdout, stderr }: ChildProcess,
  onLine: (line: PrintedLine) => void,
): () => readonly string[] {
  const last: string[] = [];
  readLines(stdout, (text) => onLine({ stream: 'stdout', text }));
  readLines(stderr, (text) => {
    last.push(text.slice(0, keptCharacters));
    if (last.length > keptLines) last.shift();
    onLine({ stream: 'stderr', text });
  });
  return () => [...last];
}

/** Holds back no more than one line, however long it is. */
function readLines(stream: Readable | null, onLine: (text: string) => void): void {
  const decoder = new StringDecoder();
  let open = '';
  const write = (text: string): void => {
    if (text.trim() !== '') onLine(text);
  };
  const take = (text: string): void => {
    const lines = (open + text).split(/\r?\n/);
    open = lines.pop() ?? '';
    for (const line of lines) for (const piece of piecesOf(line)) write(piece);
    while (open.length > longest) {
      write(open.slice(0, longest));
      open = open.slice(longest);
    }
  };
  stream?.on('data', (bytes: Buffer) => take(decoder.write(bytes)));
  stream?.once('end', () => {
    take(decoder.end());
    write(open);
    open = '';
  });
  // A pipe that broke has no more lines.
  stream?.on('error', () => {});
}

const piecesOf = (line: string): readonly string[] =>
  line.length <= longest ? [line] : (line.match(new RegExp(`.{1,${longest}}`, 'gsu')) ?? []);

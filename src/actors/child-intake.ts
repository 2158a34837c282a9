import type { ChildProcess } from 'node:child_process';

/** The most that may come without the end of a message, in bytes: four times what a message may be. */
const largest = 1_048_576;
const newline = 0x0a;

/** What Node reads the channel with. It has no public name. */
interface ChannelHandle {
  onread: (this: ChannelHandle, bytes: ArrayBuffer | undefined) => void;
}

/**
 * Guards the channel of a child against bytes that are no messages. Node reads it with a parser that
 * throws where nobody can catch, which would end this process, and that collects a message without
 * end until the memory is full. `onBroken` is called once, and nothing is read after it but the end.
 */
export function guardIntake(child: ChildProcess, onBroken: (problem: string) => void): void {
  const handle = handleOf(child);
  if (!handle) return;
  const { onread } = handle;
  let open = 0;
  const giveUp = (problem: string): void => {
    handle.onread = (bytes) => {
      if (bytes === undefined) onread.call(handle, bytes);
    };
    onBroken(problem);
  };

  handle.onread = (bytes) => {
    if (bytes !== undefined) {
      const last = Buffer.from(bytes).lastIndexOf(newline);
      open = last < 0 ? open + bytes.byteLength : bytes.byteLength - last - 1;
      if (open > largest) return giveUp(`more than ${largest} bytes without an end`);
    }
    try {
      onread.call(handle, bytes);
    } catch {
      giveUp('no JSON');
    }
  };
}

/** Undefined where a Node to come keeps it elsewhere: then messages are read as Node does. */
function handleOf(child: ChildProcess): ChannelHandle | undefined {
  const name = Object.getOwnPropertySymbols(child).find(
    ({ description }) => description === 'kChannelHandle',
  );
  const handle = name && (child as unknown as Record<symbol, ChannelHandle | null>)[name];
  return typeof handle?.onread === 'function' ? handle : undefined;
}

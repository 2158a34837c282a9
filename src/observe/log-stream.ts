import { fstatSync } from 'node:fs';

/** A file descriptor that takes lines. Writing never waits and never throws. */
export interface LogStream {
  write(text: string): void;
  /** Resolves when everything has left this process, or cannot. Nothing is written after it. */
  close(): Promise<void>;
}

/** A standard stream; its handle is no public part of Node. */
export type StandardStream = NodeJS.WriteStream & {
  readonly fd: number;
  readonly _handle?: { setBlocking?(on: boolean): void };
};

/** How long a reader that does not read may keep a process that ended. */
const patienceMs = 1_000;
/** How much may wait for a reader; what comes then is lost. */
const mostUnread = 4 * 1024 * 1024;
const chunkSize = 64 * 1024;

/**
 * Opens a descriptor for lines: a reader that stalls must not stop the worker, one that is gone
 * must not end it, and neither may cost it its memory.
 */
export function openLogStream(stream: StandardStream): Promise<LogStream> {
  const kind = fstatSync(stream.fd);
  return kind.isFIFO() || kind.isSocket() ? openPipe(stream) : openFile(stream.fd);
}

/** Files take everything at once, or fail; a disk that is full may have room again. */
export async function openFile(fd: number): Promise<LogStream> {
  const { default: pino } = await import('pino');
  const file = pino.destination({ fd, sync: false, maxLength: mostUnread });
  const gone = new Promise<void>((resolve) => file.once('close', resolve));
  file.on('error', () => {});
  // For ends that nobody waits for.
  const rescue = () => harmlessly(() => file.flushSync());
  process.on('exit', rescue);
  return {
    // One that is closed throws.
    write: (text) => harmlessly(() => file.write(text)),
    close: async () => {
      process.off('exit', rescue);
      harmlessly(() => file.end());
      await within(patienceMs, gone);
      harmlessly(() => file.destroy());
    },
  };
}

/**
 * A pipe is never written to by a thread: one that waits for its reader would keep the process from
 * ending. A child that inherits the pipe makes it wait for all who share it, so that it is told
 * otherwise each time, and gets little at once.
 */
async function openPipe(stream: StandardStream): Promise<LogStream> {
  const waiting: string[] = [];
  let size = 0;
  let emptied = () => {};
  const pump = (): void => {
    if (stream.destroyed) {
      waiting.length = 0;
      size = 0;
    }
    if (stream.writableLength > 0) return;
    const chunk = takeChunk(waiting);
    if (chunk === '') {
      emptied();
      return;
    }
    size -= chunk.length;
    stream._handle?.setBlocking?.(false);
    stream.write(chunk, pump);
  };
  stream.on('error', () => {});
  return {
    write: (text) => {
      if (size + text.length > mostUnread) return;
      waiting.push(text);
      size += text.length;
      pump();
    },
    close: async () => {
      const all = new Promise<void>((resolve) => {
        emptied = resolve;
      });
      pump();
      await within(patienceMs, all);
    },
  };
}

/** As many lines as belong into one write; a long one goes alone. */
function takeChunk(lines: string[]): string {
  let length = 0;
  const end = lines.findIndex((line, at) => {
    length += line.length;
    return at > 0 && length > chunkSize;
  });
  return lines.splice(0, end === -1 ? lines.length : end).join('');
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

function harmlessly(work: () => unknown): void {
  try {
    work();
  } catch {}
}

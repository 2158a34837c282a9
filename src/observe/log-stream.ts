/** A file descriptor that takes lines. Writing never waits and never throws. */
export interface LogStream {
  write(text: string): void;
  /** Resolves when everything has left this process, or cannot. Nothing is written after it. */
  close(): Promise<void>;
}

/** How long a reader that does not read may keep a process that ended. */
const patienceMs = 1_000;
/** How much may wait for a reader; what comes then is lost. */
const mostUnread = 4 * 1024 * 1024;

/**
 * Opens a descriptor for lines: a reader that stalls must not stop the worker, one that is gone
 * must not end it, and neither may cost it its memory.
 */
export async function openLogStream(fd: number): Promise<LogStream> {
  const { default: pino } = await import('pino');
  const stream = pino.destination({ fd, sync: false, maxLength: mostUnread });
  const gone = new Promise<void>((resolve) => stream.once('close', resolve));
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A disk that is full may have room again; a reader that is gone does not come back.
    if (code === 'EPIPE') stream.destroy();
  });
  // For ends that nobody waits for.
  const rescue = () => harmlessly(() => stream.flushSync());
  process.on('exit', rescue);
  return {
    // One that is closed throws.
    write: (text) => harmlessly(() => stream.write(text)),
    close: async () => {
      process.off('exit', rescue);
      harmlessly(() => stream.end());
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      await Promise.race([gone, late]);
      clearTimeout(timer);
      harmlessly(() => stream.destroy());
    },
  };
}

function harmlessly(work: () => unknown): void {
  try {
    work();
  } catch {}
}

import {
  envelope,
  readFromParent,
  type ToChild,
  type ToParent,
} from '../protocol/child-messages.js';

/** The IPC channel to the parent. */
export interface Channel {
  send(message: ToParent): void;
  /** Resolves when all that was sent is written: only then may the process exit. */
  flush(): Promise<void>;
}

interface Listeners {
  onMessage(message: ToChild): void;
  /** A value that is no message of ours; `count` of them so far. */
  onInvalid(problem: string, count: number): void;
  onClosed(): void;
}

/** Takes the channel of this process into use, or answers nothing where there is none. */
export function openChannel({ onMessage, onInvalid, onClosed }: Listeners): Channel | undefined {
  if (!process.send || !process.connected) return undefined;
  let seq = 0;
  let invalid = 0;
  const unwritten = new Set<Promise<void>>();

  process.on('message', (raw) => {
    const read = readFromParent(raw);
    if ('message' in read) onMessage(read.message);
    else onInvalid(read.problem, ++invalid);
  });
  process.once('disconnect', onClosed);

  return {
    send: (message) => {
      const written = write(envelope(message, ++seq));
      unwritten.add(written);
      void written.then(() => unwritten.delete(written));
    },
    flush: async () => {
      while (unwritten.size > 0) await Promise.all(unwritten);
    },
  };
}

/** Settles also when the channel is closed, which `disconnect` tells in its own way. */
const write = (message: object): Promise<void> =>
  new Promise((done) => {
    if (!process.send || !process.connected) return done();
    process.send(message, undefined, undefined, () => done());
  });

import { within } from './within.js';

const patienceMs = 1_000;

/** Resolves when all that was printed has left this process, or its reader does not take it. */
export const flushPrinted = async (): Promise<void> => {
  await within(patienceMs, Promise.all([process.stdout, process.stderr].map(written)));
};

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((done) => {
    if (stream.writableLength === 0 || stream.destroyed) return done();
    stream.write('', () => done());
  });

// A thread of its own: it answers when the event loop of the process does not.
import { type Debugger, Session } from 'node:inspector';
import { Socket } from 'node:net';
import { type Description, type Frame, watchedPipe } from '../protocol/watch-messages.js';

/** Code that runs stops within milliseconds; what does not is no code of this process. */
const pauseMs = 1_500;
const restMs = 200;
/**
 * What Node reports of this process: of its parts only those without variables, which hold secrets,
 * and without looking up names of addresses. It runs in the main thread, and so uses nothing here.
 */
const ownReport = (): unknown => {
  const { report } = globalThis.process;
  Object.assign(report ?? {}, { excludeNetwork: true });
  const made = report?.getReport() as unknown;
  const all = (typeof made === 'string' ? JSON.parse(made) : made) as Record<string, unknown>;
  const { header, javascriptStack, javascriptHeap, nativeStack, resourceUsage, libuv } = all;
  return { header, javascriptStack, javascriptHeap, nativeStack, resourceUsage, libuv };
};

const pipe = new Socket({ fd: watchedPipe, readable: true, writable: true });
pipe.on('error', () => {});
pipe.on('data', async () => {
  const found = (await paused()) ?? { stack: undefined, report: ownReport() };
  pipe.write(`${JSON.stringify(found)}\n`);
});

/** Stops the main thread where it is, has it report, and lets it go on. */
async function paused(): Promise<Description | undefined> {
  const session = new Session();
  const files = new Map<string, string>();
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<Description | undefined>((resolve) => {
      session.connectToMainThread();
      session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => {
        files.set(scriptId, url);
      });
      session.once('Debugger.paused', ({ params: { callFrames } }) => {
        const callFrameId = callFrames[0]?.callFrameId ?? '';
        const expression = `JSON.stringify((${ownReport})())`;
        session.post(
          'Debugger.evaluateOnCallFrame',
          { callFrameId, expression, returnByValue: true },
          (_, answer) => {
            const stack = callFrames.map((frame) => frameOf(frame, files));
            resolve({ stack, report: JSON.parse(answer?.result.value ?? 'null') });
          },
        );
      });
      session.post('Debugger.enable');
      session.post('Debugger.pause');
      timers.push(
        // A thread that rests stops at the next code that it runs: at this.
        setTimeout(() => session.post('Runtime.evaluate', { expression: '0' }), restMs),
        setTimeout(resolve, pauseMs, undefined),
      );
    });
  } catch {
    return undefined;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    session.disconnect();
  }
}

/** The name of a module of its own is known from its script alone. */
const frameOf = (
  { functionName, location }: Debugger.CallFrame,
  files: ReadonlyMap<string, string>,
): Frame => ({
  function: functionName,
  url: files.get(location.scriptId) ?? '',
  line: location.lineNumber + 1,
  column: (location.columnNumber ?? 0) + 1,
});

import { join } from 'node:path';

/**
 * Starts the thread that can tell where this process stands when its event loop does not. It costs
 * about 10 MB, and so only where it was asked for. Where threads are not allowed there is none.
 */
export function watchThisProcess(): void {
  try {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const watcher = new Worker(join(__dirname, 'watcher.cjs'), { execArgv: [], env: {} });
    watcher.on('error', () => {});
    watcher.unref();
  } catch {}
}

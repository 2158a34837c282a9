const tickMs = 250;

/**
 * Tells how long what is read now may have waited, in milliseconds: this process may have stood
 * still, stopped by a signal, by its virtual machine or by its own code. What waited is read before
 * the late tick, or right behind it. Ends with the signal.
 */
export function lateness(signal: AbortSignal): () => number {
  let last = performance.now();
  let stoodMs = 0;
  const overdue = (): number => Math.max(0, Math.round(performance.now() - last - tickMs));
  const timer = setInterval(() => {
    stoodMs = overdue();
    last = performance.now();
    // By then everything that waited is read.
    setImmediate(() => {
      stoodMs = 0;
    });
  }, tickMs).unref();
  signal.addEventListener('abort', () => clearInterval(timer));
  return () => Math.max(stoodMs, overdue());
}

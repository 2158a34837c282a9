/** The first value that `read` returns, looking again and again; for what happens in its own time. */
export async function seen<T>(read: () => T | undefined, deadlineMs = 10_000): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = read();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`Not seen in ${deadlineMs} ms: ${read}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

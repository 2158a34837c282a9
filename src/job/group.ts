/**
 * Ends this process and, if it leads a process group, all that its job started. The parent does
 * this as long as it lives; this is for when it does not.
 */
export function killGroup(): void {
  try {
    // A group has the id of its leader, so this one exists only if this process leads it.
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}

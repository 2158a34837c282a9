// Turns what the server and the workers say into rows of the screen.

/** Follows the server's jobs; returns what takes the lines of the workers' logs. */
export function follow(server, screen) {
  const kindOf = (job) => {
    const room = server.rooms.find(({ name }) => name === job.room);
    const { kind = 'call' } = JSON.parse(job.metadata || room?.metadata || '{}');
    return job.participant ? `${kind} ${job.participant}` : kind;
  };
  server.on('job.created', (job) => screen.row(job.id, { kind: kindOf(job), state: 'offered' }));
  server.on('job.dispatched', (job) => {
    if (job.dispatch === 'assigned') screen.row(job.id, { state: 'accepted' });
    else screen.row(job.id, { state: 'refused' });
  });
  server.on('job.updated', ({ id, status, error }) => {
    if (status === 'success') screen.row(id, { state: 'done' });
    if (status === 'failed') screen.row(id, { state: 'failed', note: error });
  });
  return (line) => {
    if (line.event === 'job.started') screen.row(line.job_id, { state: 'running', pid: line.pid });
    if (line.event === 'job.rejected') screen.row(line.job_id, { note: line.reason });
  };
}

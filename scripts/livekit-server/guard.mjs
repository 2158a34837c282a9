// The parent of one LiveKit server. It owns that process and ends it when asked, and when whoever
// started the guard is gone: then the channel closes, also after `kill -9`.
import { spawn } from 'node:child_process';

process.once('message', ({ bin, config }) => {
  const server = spawn(bin, [], {
    // Nothing of the caller's environment may configure the server, and no secret is in its argv.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LIVEKIT_CONFIG: config },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const signal = (name) => {
    if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid, name);
  };

  server.once('spawn', () => tell({ type: 'spawned', pid: server.pid }));
  server.once('error', (error) => end({ code: null, signal: null, error: error.message }));
  server.once('exit', (code, name) => end({ code, signal: name }));
  process.once('message', () => stop(signal));
  process.once('disconnect', () => signal('SIGKILL'));
});

// A first SIGTERM may be swallowed while the server starts, or wait for participants to leave.
function stop(signal) {
  signal('SIGTERM');
  setTimeout(signal, 400, 'SIGTERM');
  setTimeout(signal, 3_400, 'SIGKILL');
}

function end(verdict) {
  tell({ type: 'exited', ...verdict }, () => process.exit());
}

function tell(message, done = () => {}) {
  if (process.connected) process.send(message, done);
  else done();
}

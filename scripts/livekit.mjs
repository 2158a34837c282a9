// `npm run livekit`: runs a real LiveKit server on this machine until it is told to end.
// `npm run livekit -- --build` only makes sure that there is one.
import { findServer } from './livekit-server/find.mjs';
import { startServer } from './livekit-server/run.mjs';

const [option, ...more] = process.argv.slice(2);
if (more.length > 0 || (option !== undefined && option !== '--build')) {
  end(64, 'Usage: npm run livekit [-- --build]');
}

const found = await findServer({ build: true, say: console.log });
if (found.missing !== undefined) end(1, found.missing);
if (option === '--build') end(0, `LiveKit server: ${found.bin}`);

const server = await startServer({ bin: found.bin }).catch((error) => end(1, error.message));
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    asked = true;
    server.stop();
  });
}

console.log(`
LiveKit server at ${server.url}

  key     ${server.apiKey}
  secret  ${server.apiSecret}

Point a worker at it:

  export LIVEKIT_URL=${server.url}
  export LIVEKIT_API_KEY=${server.apiKey}
  export LIVEKIT_API_SECRET=${server.apiSecret}

Ctrl-C ends it.`);

await server.exited;
if (!asked) end(1, 'The LiveKit server ended by itself.');

function end(code, line) {
  (code === 0 ? console.log : console.error)(line);
  process.exit(code);
}

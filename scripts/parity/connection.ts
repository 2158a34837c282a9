import { beyond, need, parity, type Subject } from './row.js';

export const connection: Subject = {
  name: 'Connection and registration',
  rows: {
    'F-25': need('A worker connects with a token for agents alone and registers.'),
    'F-26': parity('An http address becomes a ws address; path and query are kept.'),
    'F-27': beyond(
      'A server that does not answer the registration in 10 s is left, and tried again.',
    ),
    'F-28': parity(
      'A first message that is no registration breaks the connection, not the worker.',
    ),
    'F-29': parity('Reconnects wait longer each time, by chance, up to a number of tries.'),
    'F-30': parity('A final failure makes the worker unhealthy and ends the command with a code.'),
    'F-31': parity('Pings find a connection that is dead without having closed.'),
    'F-32': beyond('A ping in LiveKit’s protocol measures the way to the server, on request.'),
    'F-33': parity('Jobs run on while the connection is lost and comes back, time and again.'),
    'F-34': parity('A server that came back hears which jobs run and which ended meanwhile.'),
    'F-35': parity('What is told while there is no connection is bounded, and no status is lost.'),
    'F-36': parity('Worker id and server are told in typed events.'),
    'F-37': beyond('Cloud and open server are told apart by what the server says.'),
    'F-38': beyond('Text frames can be asked for, to read the traffic.'),
    'F-39': beyond('The version of the protocol is in the address.'),
    'D-14': need('A server that refuses each registration is not asked in a hot loop.'),
    'D-22': need('A connection that died silently is noticed by the worker itself.'),
    'N-10': need('Jobs outlive a long absence of the server, and the worker comes back by itself.'),
    'N-19': need(
      'A server that stops reading is left and reconnected to, and the worker is not ready meanwhile.',
    ),
    'N-20': need('A registration cannot hang, and nothing is sent before its answer.'),
    'N-21': need('After a reconnect, running jobs come first and unsent ends follow in order.'),
    'N-34': need('A start says how jobs arrive: by themselves or by name, of which kind, where.'),
    'N-47': need('An address with a path, with or without its last slash, reaches its agents.'),
    'R-A1': need('A refused connection is tried again with jitter, and touches no job.'),
    'R-A2': need('A name that does not resolve is tried again.'),
    'R-A3': need('A certificate that does not hold is named, and never passed over.'),
    'R-A4': need(
      'Refused credentials are final after three fresh tokens, when running jobs have ended.',
    ),
    'R-A5': need('A missing endpoint is final, and a redirect is not followed.'),
    'R-A6': need('A busy or broken server is tried again, not before the time it asks for.'),
    'R-A7': need(
      'A server that accepts and keeps silent is left after the deadline of the handshake.',
    ),
    'R-A8': need(
      'An open connection without a registration, or with another message first, is closed and tried again.',
    ),
    'R-A9': need(
      'A closed connection is replaced from every state, and its open offers and reservations end.',
    ),
    'R-A10': need('A restart of the server costs no job, and the server is told anew.'),
    'R-A11': need('A half-open connection is found within seconds and terminated.'),
    'R-A12': need('A server that accepts and closes does not reset the wait.'),
    'R-A13': need(
      'A server that reads too slowly makes the worker keep the newest load only, and no more than a bound.',
    ),
    'R-A14': need('A proxy that is set is used, and one that wants a login is a final cause.'),
    'R-A15': need('A jump of the clock moves no timer.'),
    'R-A16': need(
      'A worker that was paused accepts nothing stale, and checks its connection first.',
    ),
  },
};

export const frames: Subject = {
  name: 'Frames',
  rows: {
    'R-B1': need(
      'A frame that cannot be read is counted and dropped; ten in 10 s reset the connection.',
    ),
    'R-B2': need('A frame that is too large closes the connection, which comes back.'),
    'R-B3': need(
      'Unknown messages and fields and empty frames change nothing; text frames are read, too.',
    ),
    'R-B4': need('An answer of ours that is too large is refused to its caller before it is sent.'),
    'R-B5': need('An offer without a job or an id, or one that came already, harms nothing.'),
    'R-B6': need('Delays and odd orders of frames end in the same results.'),
  },
};

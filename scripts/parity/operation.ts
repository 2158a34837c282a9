import { beyond, must, need, parity, type Subject } from './row.js';

export const leaving: Subject = {
  name: 'Drain and exit',
  rows: {
    'F-138': parity('The first signal drains, the second ends.'),
    'F-139': parity('A drain waits for jobs that were accepted but have not started.'),
    'F-140': beyond('Each exit code has one meaning.'),
    'D-17': need('A fatal error does not exit with 0.'),
    'N-3': need('A drain cuts no running job before its limit.'),
    'N-41': need('Draining is an event with deadline and jobs, before the server is told.'),
    'R-F1': need('An idle worker leaves at once on SIGTERM.'),
    'R-F2': need(
      'SIGTERM makes a worker full, takes its warm processes away, and lets its jobs end.',
    ),
    'R-F3': need('Jobs that outlast the limit of the drain are shut down, then killed.'),
    'R-F4': need('A second signal ends everything within seconds, with its own code.'),
    'R-F5': need(
      'A drain in any state starts what was accepted, or refuses it before it is assigned.',
    ),
    'R-F6': need('Processes end with a worker that is killed.'),
    'R-F7': need('A process that blocks its loop ends with a worker that is killed, too.'),
    'R-F8': need(
      'An exception that the worker does not catch is logged, told to the jobs, and exits 1.',
    ),
    'R-F9': need('User code that blocks the worker kills no process and costs no connection.'),
    'R-F10': need('A log that nobody reads neither ends the worker nor fills its memory.'),
    'R-F11': need('A worker writes no file.'),
    'R-F12': need('A port that is taken is a clear error at the start.'),
    'R-F13': need('Slow clients of the HTTP server do not slow the worker.'),
    'R-F14': need('A worker that reconnects or drains is alive and not ready.'),
    'R-F18': need(
      'Starting twice, stopping twice and stopping before a start are safe or a clear error.',
    ),
  },
};

export const commands: Subject = {
  name: 'Command line',
  rows: {
    'F-126': must('`start` has JSON lines and the defaults of production.'),
    'F-127': must('`dev` has readable lines and the defaults of development.'),
    'F-131': parity(
      '`connect` runs one job in a room, with an identity for the agent and one for the participant.',
    ),
    'F-134': parity('Address, key pair and log level are flags; a key in a flag is warned about.'),
    'F-135': parity('`--drain-timeout` sets the limit of a drain.'),
    'F-136': parity('`--log-format` chooses between JSON and readable lines.'),
    'F-137': parity('A command finds the agent of a folder.'),
    'N-45': need(
      'In a program of your own, a worker takes no signal, reads the environment, and stops from every state.',
    ),
    'N-46': need(
      'The HTTP server can be off or on any free port; a taken one is told before registering.',
    ),
  },
};

export const observing: Subject = {
  name: 'Health and log',
  rows: {
    'F-143': parity('Being alive and being ready are two questions.'),
    'F-144': parity('`/worker` says what a worker is and how it is.'),
    'F-148': parity('Fields of the log have one spelling.'),
    'D-16': need('A worker is not ready before it is registered.'),
    'N-24': need('Being alive depends on the event loop alone, being ready on taking jobs.'),
    'N-28': need(
      'A logger of your own gets every line, those of a job with its id, and one for a killed process.',
    ),
  },
};

export const testing: Subject = {
  name: 'Testing an agent',
  rows: {
    'F-152': parity('A job runs against a simulated room, with types.'),
    'F-153': parity('A worker runs without registering.'),
    'F-154': parity('A context for a test is there to be made.'),
    'F-155': beyond('A server that follows a script is published.'),
    'F-156': beyond('Every delay is on the clock of its actor, which a test may own.'),
    'N-49': need('A test runs a whole job within a second and without a network.'),
  },
};

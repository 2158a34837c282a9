import type { AgentCommand } from './flags.js';

/** What the help says of a command. */
export interface CommandHelp {
  readonly summary: string;
  /** Lines below the flags. */
  readonly more: string;
}

/** The commands that run an agent, and what their help says. */
export const agentCommands: Readonly<Record<AgentCommand, CommandHelp>> = {
  start: {
    summary: 'run the worker in production',
    more: `The first SIGTERM or Ctrl-C lets the jobs end by themselves, a second one ends
them at once.`,
  },
  dev: {
    summary: 'run the worker while you write the agent',
    more: 'Ctrl-C ends the jobs. Variables are read from .env.local and .env, or from the\nfiles that --env-file names.',
  },
  connect: {
    summary: 'run one job in one room of the server, then exit',
    more: `The worker does not register, so it gets no other job. The room is made if there
is none. Exit code 0: the job succeeded; 70: it failed, or was not taken.`,
  },
  simulate: {
    summary: 'run one job without a server, in a simulated room',
    more: `It needs no address and no key; the room is in memory and has no media.
Exit code 0: the job succeeded; 70: it failed, or was not taken.`,
  },
};

/** The names of the commands that run an agent. */
export const commandNames = Object.keys(agentCommands) as readonly AgentCommand[];

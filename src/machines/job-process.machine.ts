import { not, setup } from 'xstate';
import { heartbeatMachine } from './heartbeat.machine.js';
import type { Event as HeartbeatEvent, Input as HeartbeatInput } from './heartbeat.types.js';
import { commands, kept, limits } from './job-process.actions.js';
import {
  broken,
  killed,
  overweight,
  reported,
  silent,
  slowShutdown,
  slowStart,
  unacknowledged,
} from './job-process.causes.js';
import { outputOf } from './job-process.output.js';
import { finished, freed, heavy, ready, slow, started, tooHeavy } from './job-process.told.js';
import type {
  ChildInput,
  Command,
  Context,
  Emitted,
  Event,
  Input,
  Output,
  SamplerCommand,
  SamplerInput,
} from './job-process.types.js';
import { memoryMachine } from './memory.machine.js';
import type { Event as MemoryEvent, Input as MemoryInput } from './memory.types.js';
import { fromEvent, port, type Slot, said } from './support.js';

/** Until it is warm. A process that could not be measured from the first is not used. */
const warmingUp = {
  // It may block its event loop for long, and would not see its worker go.
  shutdown: {
    target: 'draining',
    actions: [{ type: 'askToEnd', params: fromEvent }, 'guardChild'],
  },
  'xstate.error.actor.sampler': {
    target: 'killing.forcing',
    actions: { type: 'blame', params: broken },
  },
} as const;

/** The outcome is at the server, or was given time to get there: the room is left. */
const farewell = [
  { guard: 'mayStay', target: 'clearing', actions: 'letLeaveAndStay' },
  { target: 'leaving', actions: 'letLeave' },
] as const;

/**
 * The life of one child process: spawning, then prewarming, it sits idle; it is assigned a
 * job, runs it, drains and has exited. Draining it is asked to end or closes by itself, its
 * outcome is reported, and only then it leaves the room. After a success that it was not asked to
 * end it may, if it has jobs left, be clearing instead: then it stays, and is idle again. One that uses more memory than its limit
 * is asked to end like this, and has failed. What does not end in time is killed:
 * SIGTERM to its group, then SIGKILL; and it counts as exited only when the exit was seen, or was
 * not seen 10 s after SIGKILL. An exit without an outcome is a failure, whatever its code.
 */
export const jobProcessMachine = setup({
  types: {
    input: {} as Input,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as Output,
    tags: {} as 'warm' | 'busy',
    children: {} as {
      child: 'childProcess';
      heartbeat: 'heartbeat';
      memory: 'memory';
      sampler: 'memorySampler';
    },
  },
  actors: {
    childProcess: port<Command, ChildInput>('childProcess'),
    heartbeat: heartbeatMachine as Slot<HeartbeatEvent, HeartbeatInput, unknown>,
    memory: memoryMachine as Slot<MemoryEvent, MemoryInput, unknown>,
    memorySampler: port<SamplerCommand, SamplerInput>('memorySampler'),
  },
  guards: {
    isDescribable: ({ context }) => context.child.dumpDir !== undefined,
    mayStay: ({ context: { jobsLeft, end, cause, shutdown } }) =>
      jobsLeft > 0 && end?.outcome === 'success' && cause === undefined && shutdown === undefined,
  },
  actions: { ...kept, ...commands, ...limits, say: said<Context, Event, Emitted>() },
  delays: {
    settleTime: 5_000,
    suspicionTime: 2_000,
    deliveryTimeout: 500,
    describeTimeout: 3_000,
    terminateTimeout: ({ context }) => context.timeouts.terminateMs,
    killTimeout: 10_000,
    verdictTimeout: 500,
  },
}).createMachine({
  id: 'jobProcess',
  context: ({ input }) => ({
    ...input,
    pid: undefined,
    jobsLeft: input.limits.jobs,
    jobId: undefined,
    settled: false,
    started: false,
    timings: undefined,
    exit: undefined,
    traces: undefined,
    end: undefined,
    cause: undefined,
    shutdown: undefined,
    limit: undefined,
  }),
  output: ({ context }) => outputOf(context),
  options: { maxIterations: 100 },
  // At the root, so that every way out of the machine releases the process.
  invoke: [
    { id: 'heartbeat', src: 'heartbeat', input: ({ context }) => ({ slot: context.slot }) },
    {
      id: 'memory',
      src: 'memory',
      input: ({ context: { limits } }) => ({
        warnMb: limits.memoryWarnMb,
        limitMb: limits.memoryLimitMb,
      }),
    },
    { id: 'child', src: 'childProcess', input: ({ context }) => context.child },
    {
      id: 'sampler',
      src: 'memorySampler',
      input: ({ context: { limits } }) => ({ limitMb: limits.memoryLimitMb }),
    },
  ],
  initial: 'spawning',
  on: {
    'child.spawned': { actions: { type: 'holdPid', params: fromEvent } },
    'child.exited': {
      target: '.killing.reaping',
      actions: { type: 'holdExit', params: fromEvent },
    },
    'child.recorded': { actions: { type: 'holdTraces', params: fromEvent } },
    'child.closed': { target: '.exited', actions: { type: 'holdExit', params: fromEvent } },
    'child.ponged': { actions: { type: 'passPong', params: fromEvent } },
    'child.failed': { target: '.killing', actions: { type: 'blame', params: reported } },
    'child.misbehaved': {
      target: '.killing.forcing',
      actions: { type: 'blame', params: reported },
    },
    'pulse.due': { actions: { type: 'ping', params: fromEvent } },
    'pulse.slow': { actions: [{ type: 'say', params: slow }, 'guardChild'] },
    'pulse.lost': { target: '.killing.hanging', actions: { type: 'blame', params: silent } },
    'limit.tick': { actions: 'countTick' },
    'memory.sampled': { actions: { type: 'passSample', params: fromEvent } },
    'memory.heavy': { actions: { type: 'say', params: heavy } },
    'memory.exceeded': {
      target: '.draining',
      actions: [
        { type: 'blame', params: overweight },
        'describeChild',
        { type: 'say', params: tooHeavy },
        { type: 'askToEnd', params: { reason: 'memory limit' } },
      ],
    },
    kill: { target: '.killing.forcing', actions: { type: 'blame', params: killed } },
    shutdown: { target: '.draining', actions: { type: 'askToEnd', params: fromEvent } },
    'xstate.error.actor.child': { target: '.exited', actions: { type: 'blame', params: broken } },
    // A process that nobody measures any more still does its job, or the first that it is given.
    'xstate.error.actor.sampler': { actions: 'forgoJobs' },
  },
  states: {
    spawning: {
      entry: 'armInitializeTimeout',
      on: {
        'child.online': 'prewarming',
        'initializeTimeout.passed': {
          target: 'killing.hanging',
          actions: { type: 'blame', params: slowStart },
        },
        ...warmingUp,
      },
    },
    prewarming: {
      exit: 'disarm',
      on: {
        'child.ready': {
          target: 'idle',
          actions: [
            { type: 'holdTimings', params: fromEvent },
            { type: 'say', params: ready },
            'watchMemory',
          ],
        },
        'initializeTimeout.passed': {
          target: 'killing.hanging',
          actions: { type: 'blame', params: slowStart },
        },
        ...warmingUp,
      },
      // What takes this long may block its event loop, and would not see its worker go.
      after: { suspicionTime: { actions: 'guardChild' } },
    },
    // Until the pool gives it a job or ends it; its heartbeat ends a silent one.
    idle: {
      tags: 'warm',
      entry: 'beatAtRest',
      on: {
        'job.assign': {
          target: 'assigned',
          actions: [
            { type: 'holdJob', params: fromEvent },
            { type: 'startJob', params: fromEvent },
            // Its code may block the event loop; its start does not wait for this.
            'guardChild',
          ],
        },
      },
      after: { settleTime: { actions: 'holdSettled' } },
    },
    assigned: {
      tags: 'busy',
      entry: 'armStartTimeout',
      exit: 'disarm',
      on: {
        'child.started': {
          target: 'running',
          actions: ['holdStart', { type: 'say', params: started }],
        },
        'startTimeout.passed': {
          target: 'killing.hanging',
          actions: { type: 'blame', params: unacknowledged },
        },
      },
    },
    // A job lasts as long as it lasts: it ends by itself, by a shutdown, or by its heartbeat.
    running: {
      tags: 'busy',
      entry: 'beatAtWork',
      on: {
        'child.closing': 'draining.closing',
        'child.finished': {
          target: 'draining.reporting',
          actions: { type: 'holdEnd', params: fromEvent },
        },
      },
    },
    draining: {
      tags: 'busy',
      entry: 'armShutdownTimeout',
      exit: 'disarm',
      on: {
        shutdown: { actions: 'forgoJobs' },
        'memory.exceeded': { actions: 'forgoJobs' },
        'shutdownTimeout.passed': {
          target: 'killing',
          actions: [{ type: 'blame', params: slowShutdown }, 'describeChild'],
        },
      },
      initial: 'asking',
      states: {
        asking: {
          on: {
            'child.started': { actions: ['holdStart', { type: 'say', params: started }] },
            'child.finished': {
              target: 'reporting',
              actions: { type: 'holdEnd', params: fromEvent },
            },
          },
        },
        closing: {
          on: {
            shutdown: { target: 'asking', actions: { type: 'askToEnd', params: fromEvent } },
            'child.finished': {
              target: 'reporting',
              actions: { type: 'holdEnd', params: fromEvent },
            },
          },
        },
        reporting: {
          entry: { type: 'say', params: finished },
          on: { 'outcome.delivered': farewell },
          after: { deliveryTimeout: farewell },
        },
        // The room is left and the callbacks run; if then anything is in doubt it exits as ever.
        clearing: {
          on: {
            shutdown: {
              target: 'leaving',
              actions: { type: 'askToEnd', params: fromEvent },
            },
            'memory.exceeded': {
              target: 'leaving',
              actions: { type: 'askToEnd', params: { reason: 'memory limit' } },
            },
            'child.freed': {
              target: '#jobProcess.idle',
              actions: [{ type: 'say', params: freed }, 'forgetJob'],
            },
          },
        },
        leaving: {},
      },
    },
    killing: {
      tags: 'busy',
      on: {
        shutdown: {},
        'child.failed': { actions: { type: 'blame', params: reported } },
        'child.misbehaved': {},
        'pulse.lost': {},
        'memory.exceeded': {},
        // Too late to save the process, but its job must not be started a second time.
        'child.started': { actions: ['holdStart', { type: 'say', params: started }] },
        'child.finished': { actions: { type: 'holdEnd', params: fromEvent } },
      },
      initial: 'terminating',
      states: {
        // Before it is ended: where does its code stand?
        hanging: {
          always: { guard: not('isDescribable'), target: 'forcing' },
          entry: 'describeChild',
          on: { 'child.described': 'forcing' },
          after: { describeTimeout: 'forcing' },
        },
        terminating: { entry: 'terminateGroup', after: { terminateTimeout: 'forcing' } },
        forcing: {
          entry: 'killGroup',
          on: { kill: {} },
          after: { killTimeout: '#jobProcess.exited' },
        },
        // The exit was seen. A helper of the job may still hold the pipes, and is killed.
        reaping: {
          entry: 'killGroup',
          on: { kill: {} },
          after: { verdictTimeout: '#jobProcess.exited' },
        },
      },
    },
    exited: { type: 'final' },
  },
});

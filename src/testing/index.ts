export { type DevServerOptions, runDevServer } from './dev-server.js';
export type { Frame, FrameDirection, MessageName } from './dispatch/frame-record.js';
export type {
  AnswerRecord,
  DispatchOutcome,
  DispatchRecord,
  JobRecord,
  JobTypeWord,
  ParticipantRecord,
  RoomRecord,
  ServerEvents,
  StatusRecord,
  WorkerRecord,
} from './dispatch/records.js';
export type { AgentInput, ParticipantInput, RoomInput } from './dispatch/room-records.js';
export type { Fault, ScriptHandle, ScriptRule } from './dispatch/script.js';
export type { TestServerOptions } from './dispatch/server-options.js';
export type { SimulatedJobInput } from './dispatch/simulated-job.js';
export type { FaultControls, RoomControls, TestServer } from './dispatch/test-server.js';
export type { Clock } from './dispatch/timers.js';
export { createTestServer } from './dispatch-server.js';
export type { TestAgent } from './job/agent-source.js';
export { type FakeJobContext, fakeJobContext } from './job/fake-context.js';
export type { TestJobOptions } from './job/job-options.js';
export { type RunJobOptions, runJob, type TestJob } from './job/run-job.js';
export type { LogLine, PublishedData } from './job/stage.js';
export type { TestJobEnd } from './job/verdict.js';
export { createJobSocket, type JobSocket, reportToLedger } from './job-socket.js';
export type {
  ActorSample,
  ClosedBy,
  HarnessFact,
  Invariant,
  JobFact,
  JobStatusWord,
  LedgerFact,
  LedgerRecord,
  Resources,
  Violation,
  WireFact,
} from './ledger/records.js';
export { type CheckOptions, checkLedger, createLedger, type Ledger } from './ledger.js';
export { createVirtualClock, type VirtualClock } from './virtual-clock.js';

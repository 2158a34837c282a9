export { connectionMachine } from './connection.machine.js';
export type {
  Answer,
  Command as SocketCommand,
  Fact as SocketFact,
  KeyPair,
  Permissions,
  Registration,
  Report,
  ServerInfo,
  SocketInput,
} from './connection.types.js';
export { heartbeatMachine } from './heartbeat.machine.js';
export type {
  Assignment,
  Capacity,
  JobEnd,
  JobKind,
  Launch,
  Offer,
  ParticipantRecord,
  Participation,
} from './job.types.js';
export { jobProcessMachine } from './job-process.machine.js';
export type {
  AgentSource,
  ChildInput,
  Command as ChildCommand,
  Exit,
  Fact as ChildFact,
  SamplerCommand,
  SamplerFact,
  SamplerInput,
  Timings,
} from './job-process.types.js';
export { jobRequestMachine } from './job-request.machine.js';
export type {
  Acceptance,
  Command as HandlerCommand,
  Fact as HandlerFact,
  HandlerInput,
  JobRequest,
  RequestFnc,
} from './job-request.types.js';
export { memoryMachine } from './memory.machine.js';
export { processPoolMachine } from './process-pool.machine.js';
export { workerMachine } from './worker.machine.js';
export type {
  Emitted as WorkerEvent,
  LoadFnc,
  Output as WorkerOutput,
  Settings,
  WorkerView,
} from './worker.types.js';

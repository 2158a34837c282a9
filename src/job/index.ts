export { type AgentDefinition, defineAgent } from './agent-definition.js';
export type {
  AutoSubscribe,
  ConnectOptions,
  JobContext,
  JobProcess,
  ShutdownCallback,
  WaitForParticipantOptions,
} from './context.types.js';
export { getJobContext } from './current-context.js';
export type { JobLog, LogLevel, LogMethod } from './log.js';
export type { SimulatedParticipant } from './simulated-participant.js';
export { isSimulatedRoom, type SimulatedRoom, type Simulation } from './simulated-room.js';
export type { SimulatedPeer } from './simulated-world.js';

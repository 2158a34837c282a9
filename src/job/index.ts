export { type AgentDefinition, defineAgent } from './agent-definition.js';
export type {
  AutoSubscribe,
  ConnectOptions,
  JobContext,
  JobProcess,
  ShutdownCallback,
} from './context.types.js';
export { getJobContext } from './current-context.js';
export type { KindOfParticipant } from './kinds.js';
export type { JobLog, LogLevel, LogMethod } from './log.js';
export type {
  ParticipantEntrypoint,
  ParticipantEntrypointOptions,
} from './participant-entrypoints.js';
export type {
  WaitForAttributeOptions,
  WaitForParticipantOptions,
  WaitForTrackPublicationOptions,
} from './participants.js';
export type { WaitOptions } from './room-wait.js';
export type { SimulatedParticipant } from './simulated-participant.js';
export { isSimulatedRoom, type SimulatedRoom, type Simulation } from './simulated-room.js';
export type { SimulatedPublication, SimulatedTrack } from './simulated-track.js';
export type { SimulatedChange, SimulatedPeer } from './simulated-world.js';
export type { TokenClaims } from './token.js';

/**
 * The clients with which a backend asks for agents and looks after rooms: those of
 * `livekit-server-sdk`, in the version that this package works with.
 *
 * @module
 */
export { AgentDispatchClient, RoomAgentDispatch, RoomServiceClient } from 'livekit-server-sdk';

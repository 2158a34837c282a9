/** The frames between a worker and a LiveKit server: protobuf outside, plain data inside. */
export { toFact } from './server-messages.js';
export { toFrame, toText } from './worker-messages.js';

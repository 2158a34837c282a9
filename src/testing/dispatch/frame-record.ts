import type { ServerMessage, WorkerMessage } from '@livekit/protocol';

/** The oneof case of a frame, or `malformed`. */
export type MessageName =
  | NonNullable<WorkerMessage['message']['case']>
  | NonNullable<ServerMessage['message']['case']>
  | 'malformed';

/** `in` is worker to server, `out` is server to worker. */
export type FrameDirection = 'in' | 'out';

/** One frame as it crossed the wire, or as a fault kept it from crossing. */
export interface Frame {
  /** When, in milliseconds on the server's clock. */
  readonly at: number;
  readonly direction: FrameDirection;
  /** The id that the worker on this connection has or will get. */
  readonly connection: string;
  readonly name: MessageName;
  /** The decoded message, its token replaced; none for a malformed frame. */
  readonly message: WorkerMessage | ServerMessage | undefined;
  /** What a script did to this frame. */
  readonly fault: string | undefined;
}

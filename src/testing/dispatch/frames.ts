import { ServerMessage, WorkerMessage } from '@livekit/protocol';

/** A text frame is JSON, and the server then answers in JSON; a binary frame is protobuf. */
export type WireFormat = 'binary' | 'json';

/** Reads a frame from a worker. Garbage and a message without content are `undefined`. */
export function decodeWorkerFrame(data: Buffer, format: WireFormat): WorkerMessage | undefined {
  try {
    const message =
      format === 'json'
        ? WorkerMessage.fromJsonString(data.toString('utf8'), { ignoreUnknownFields: true })
        : WorkerMessage.fromBinary(data);
    return message.message.case === undefined ? undefined : message;
  } catch {
    return undefined;
  }
}

/** Writes a message in the format that the worker last used. */
export const encodeServerFrame = (
  message: ServerMessage,
  format: WireFormat,
): Uint8Array | string => (format === 'json' ? message.toJsonString() : message.toBinary());

/** What takes the place of a corrupted frame: a field whose length runs past the end. */
export const garbage = Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0x7f]);

/** A copy without the job token, for records that tests print. */
export function withoutToken<T extends WorkerMessage | ServerMessage>(message: T): T {
  if (message.message.case !== 'assignment') return message;
  const copy = new ServerMessage(message as ServerMessage).clone();
  if (copy.message.case === 'assignment') copy.message.value.token = '[secret]';
  return copy as T;
}

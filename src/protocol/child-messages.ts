import * as v from 'valibot';

/** The version of the messages between a worker and its child processes. */
export const protocolVersion = 1;

/** The most that a child may say at once, in characters; the runner keeps well below all of these. */
const largest = 262_144;
const text = v.pipe(v.string(), v.maxLength(32_768));
const word = v.pipe(v.string(), v.maxLength(4_096));

const failure = v.object({ code: word, message: text });
/** Not a `record`, which leaves out names such as `constructor` and `prototype`. */
const strings = v.custom<Record<string, string>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string'),
);

const toChild = v.variant('type', [
  /** Import the user's module, prewarm, say `ready`. */
  v.object({
    type: v.literal('initialize'),
    agent: v.object({ url: v.string(), form: v.picklist(['file', 'module']) }),
    graceMs: v.number(),
    /** How long each shutdown callback may take. */
    callbackMs: v.number(),
    logLevel: v.string(),
    /** Where the job's own directory is to be; nothing is there yet. */
    directory: v.string(),
    unhandledRejection: v.picklist(['fail', 'log']),
    userArguments: v.optional(v.unknown()),
    /** A thread is to tell through `watchedPipe` where this process stands, when asked. */
    watched: v.optional(v.boolean()),
  }),
  /** The server and its key pair, from workers that expose it to their jobs; before `initialize`. */
  v.object({
    type: v.literal('expose'),
    url: v.string(),
    apiKey: v.string(),
    apiSecret: v.string(),
  }),
  v.object({
    type: v.literal('start'),
    jobId: v.string(),
    url: v.string(),
    token: v.string(),
    /** The server's job record: protobuf in base64, so that nothing of it is lost. */
    record: v.string(),
    participation: v.object({
      name: v.string(),
      identity: v.string(),
      metadata: v.string(),
      attributes: strings,
    }),
    workerId: v.string(),
  }),
  v.object({ type: v.literal('ping'), ref: v.number() }),
  v.object({ type: v.literal('shutdown'), reason: v.string(), graceMs: v.number() }),
  /** The outcome is at the server: leave the room, run the callbacks; then exit, or take another job. */
  v.object({ type: v.literal('leave'), stay: v.optional(v.boolean()) }),
]);

const toParent = v.variant('type', [
  v.object({ type: v.literal('online') }),
  v.object({ type: v.literal('ready'), timings: v.record(v.string(), v.number()) }),
  v.object({ type: v.literal('failed'), error: failure }),
  v.object({ type: v.literal('started'), jobId: word }),
  v.object({ type: v.literal('closing'), reason: text }),
  v.object({
    type: v.literal('finished'),
    end: v.variant('outcome', [
      v.object({ outcome: v.literal('success') }),
      v.object({ outcome: v.literal('failed'), error: failure }),
    ]),
  }),
  /** Nothing of the job is left, and another one may start; only after `leave` with `stay`. */
  v.object({ type: v.literal('freed') }),
  v.object({ type: v.literal('pong'), ref: v.number() }),
  v.object({
    type: v.literal('log'),
    level: v.picklist(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
    message: text,
    fields: v.record(v.string(), v.unknown()),
    time: v.number(),
  }),
]);

/** What a worker may tell its child. */
export type ToChild = v.InferOutput<typeof toChild>;
/** What a child may tell its worker. */
export type ToParent = v.InferOutput<typeof toParent>;

/** A message on the wire. */
export type Envelope<Message> = Message & { readonly v: number; readonly seq: number };

/** Puts a message into its envelope. */
export const envelope = <Message extends ToChild | ToParent>(
  message: Message,
  seq: number,
): Envelope<Message> => ({ v: protocolVersion, seq, ...message });

type Read<Message> =
  | { readonly message: Message; readonly seq: number }
  | { readonly problem: string };

const header = v.looseObject({ v: v.literal(protocolVersion), seq: v.number() });

/**
 * Whether the texts and names in a value are at most `largest` characters together, each member
 * counting a little by itself. It looks no further than it must.
 */
function isSmall(root: unknown): boolean {
  let left = largest;
  const open = [root];
  while (open.length > 0 && left >= 0) {
    const value = open.pop();
    left -= 8;
    if (typeof value === 'string') left -= value.length;
    if (typeof value !== 'object' || value === null) continue;
    for (const name in value) {
      left -= name.length;
      if (left - 8 * open.length < 0) return false;
      open.push((value as Record<string, unknown>)[name]);
    }
  }
  return left >= 0;
}

/** Reads an untrusted value; what it does not know becomes a problem in words, never an exception. */
const reader =
  <Schema extends v.GenericSchema>(schema: Schema) =>
  (raw: unknown): Read<v.InferOutput<Schema>> => {
    const head = v.safeParse(header, raw);
    if (!head.success) return { problem: `no envelope of version ${protocolVersion}` };
    const body = v.safeParse(schema, raw);
    // Paths and expectations only: what was received may be a token or personal data.
    if (!body.success) {
      const [issue] = body.issues;
      return { problem: `${v.getDotPath(issue) ?? 'message'}: expected ${issue.expected}` };
    }
    return { message: body.output, seq: head.output.seq };
  };

/** Reads what a worker told its child. */
export const readFromParent = reader(toChild);
const readAnyFromChild = reader(toParent);

/** Reads what a child told its worker. */
export const readFromChild = (raw: unknown): Read<ToParent> =>
  isSmall(raw) ? readAnyFromChild(raw) : { problem: `more than ${largest} characters` };

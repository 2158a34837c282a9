import type { E2EEOptions, RemoteParticipant, RtcConfiguration } from '@livekit/rtc-node';
import type { AgentDefinition } from './agent-definition.js';
import type { AutoSubscribe, ConnectOptions, JobContext, JobProcess } from './context.types.js';
import type { StartOrder } from './lifecycle.types.js';
import type { ServerAccess } from './server-api.js';

/** What LiveKit's own package marks an agent with. */
export const foreignMarker = Symbol.for('livekit.agents.AgentDefinition');

/** What a job was started with, which our own context does not show. */
interface Launched {
  readonly order: StartOrder;
  readonly server: ServerAccess | undefined;
}

/** An agent that expects the context of LiveKit's own package. */
export interface ForeignAgent {
  /** The context with the names and arguments that it expects. */
  contextFor(ctx: JobContext, launched: Launched): JobContext;
}

/** The numbers of `AutoSubscribe` in that package. */
const subscriptions: readonly AutoSubscribe[] = [true, false, 'video', 'audio'];

/** Takes over an agent that was defined with LiveKit's own package. */
export function foreignAgent(exported: object): (AgentDefinition & ForeignAgent) | undefined {
  const { entry, prewarm } = exported as {
    entry?: AgentDefinition['entrypoint'];
    prewarm?: AgentDefinition['prewarm'];
  };
  if (typeof entry !== 'function') return undefined;
  return {
    entrypoint: (ctx) => entry(ctx),
    ...(prewarm && { prewarm: (proc) => prewarm(withUserData(proc)) }),
    contextFor,
  };
}

type Meet = (ctx: JobContext, participant: RemoteParticipant) => void | Promise<void>;

/** Inherits everything and adds what is named, or called, otherwise. */
function contextFor(ctx: JobContext, launched: Launched): JobContext {
  const foreign: JobContext = Object.create(
    ctx,
    Object.getOwnPropertyDescriptors({
      proc: withUserData(ctx.proc),
      info: infoOf(ctx, launched),
      isFakeJob: false,
      /** A place for what that package keeps in its context. */
      _primaryAgentSession: undefined,
      simulationContext: () => undefined,
      connect: (e2ee?: E2EEOptions, subscription?: number, rtcConfig?: RtcConfiguration) =>
        ctx.connect(connectOptions(e2ee, subscription, rtcConfig)),
      shutdown: (reason?: string) => ctx.shutdown(reason || undefined),
      waitForParticipant: (identity?: string) =>
        ctx.waitForParticipant(identity ? { identity } : {}),
      addParticipantEntrypoint: (meet: Meet) => {
        if (typeof meet !== 'function') return ctx.addParticipantEntrypoint(meet);
        const adapted = entrypoints.get(meet) ?? ((_, participant) => meet(foreign, participant));
        entrypoints.set(meet, adapted);
        ctx.addParticipantEntrypoint(adapted);
      },
    }),
  );
  const entrypoints = new Map<Meet, Meet>();
  return foreign;
}

const connectOptions = (
  e2ee: E2EEOptions | undefined,
  subscription = 0,
  rtcConfig: RtcConfiguration | undefined,
): ConnectOptions => ({
  autoSubscribe: subscriptions[subscription] ?? true,
  ...(e2ee && { e2ee }),
  ...(rtcConfig && { rtcConfig }),
});

/** The same object in both spellings, so that the prewarm function and the job share it. */
function withUserData(proc: JobProcess): JobProcess {
  if ('userData' in proc) return proc;
  return Object.defineProperty(proc, 'userData', {
    get: () => proc.userdata,
    set: (userdata) => Object.assign(proc, { userdata }),
  });
}

/** The record of the job. What is secret in it shows up only to whoever asks for it by name. */
function infoOf({ job, workerId }: JobContext, { order, server }: Launched): object {
  const { url, token, participation: acceptArguments } = order;
  const keyPair = () => server?.keyPair.reveal();
  return Object.defineProperties(
    { acceptArguments, job, url, workerId, fakeJob: false },
    {
      token: { get: () => token },
      apiKey: { get: () => keyPair()?.apiKey },
      apiSecret: { get: () => keyPair()?.apiSecret },
    },
  );
}

/** One entry of the server's log; `msg` is the only field that every entry has. */
export interface LogEntry {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** How the server's process ended. Code 0 does not mean that all was well. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: string;
}

/** A server that serves requests, until `stop` or the end of this process. */
export interface RunningServer {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly pid: number;
  /** The newest entries, oldest first; it grows while the server runs. */
  readonly log: readonly LogEntry[];
  /** Hears every further entry; answers how to stop listening. */
  onLog(listener: (entry: LogEntry) => void): () => void;
  /** Resolves when the process is gone, asked for or not. */
  readonly exited: Promise<ServerExit>;
  /** Ends the server, by force after 3.4 s; may be called twice. */
  stop(): Promise<ServerExit>;
}

/** Starts a server on free loopback ports; `config` is merged over the settings it chooses. */
export function startServer(options: {
  readonly bin: string;
  /** Key to secret, which the server wants to be 32 characters or more. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly logLevel?: 'debug' | 'info';
  readonly config?: Readonly<Record<string, unknown>> & {
    readonly rtc?: Readonly<Record<string, unknown>>;
  };
}): Promise<RunningServer>;

/** A LiveKit server binary and where it was found. */
export interface FoundServer {
  readonly bin: string;
  readonly origin: 'LIVEKIT_SERVER_BIN' | 'PATH' | 'cache' | 'build';
}

/** One line that says why there is no server and how to get one. */
export interface MissingServer {
  readonly missing: string;
}

/** Finds a LiveKit server; builds one only when asked to, and only when nothing else is there. */
export function findServer(options: {
  readonly build: boolean;
  readonly say?: (line: string) => void;
}): Promise<FoundServer | MissingServer>;

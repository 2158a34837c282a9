import { WorkerError } from '../../errors.js';
import type { Frame, FrameDirection, MessageName } from './frame-record.js';

/**
 * What happens to a frame: it is lost; it comes late; it comes twice; garbage comes in its place;
 * the connection stops reading and writing with it, until the rule is removed; the connection is
 * cut without a close frame.
 */
export type Fault =
  | 'drop'
  | 'duplicate'
  | 'corrupt'
  | 'freeze'
  | 'reset'
  | { readonly delay: number };

/** Which frames a fault meets. What is left out matches everything. */
export interface ScriptRule {
  /** `in` is worker to server, `out` is server to worker. */
  readonly direction?: FrameDirection;
  readonly message?: MessageName;
  /** Only frames of this connection, named by the worker's id. */
  readonly connection?: string;
  /**
   * A closer look; the frame's own fault is not known yet. Should it throw, its rule is over, and
   * `waitFor` throws from then on.
   */
  readonly when?: (frame: Frame) => boolean;
  /** How many matching frames pass untouched first. */
  readonly skip?: number;
  /** How many frames the fault meets; without it, all. */
  readonly times?: number;
  readonly fault: Fault;
}

/** A rule in force. */
export interface ScriptHandle {
  /** How many frames met the fault so far. */
  readonly hits: number;
  /** Ends the rule and thaws what it froze: what was held back is processed in order. */
  remove(): void;
}

/** A rule that matched a frame, and where to leave what undoes it. */
export interface Meeting {
  readonly fault: Fault;
  onRemove(undo: () => void): void;
}

/** The rules of one server, oldest first; the first one that matches a frame decides alone. */
export interface Script {
  add(rule: ScriptRule): ScriptHandle;
  match(frame: Frame): Meeting | undefined;
}

/** Starts without rules. `onBroken` hears of a rule that threw. */
export function createScript(onBroken: (error: WorkerError) => void): Script {
  const rules = new Set<{ meet(frame: Frame): Meeting | undefined }>();
  return {
    add: (rule) => {
      let seen = 0;
      let hits = 0;
      const undos: (() => void)[] = [];
      const entry = {
        meet: (frame: Frame): Meeting | undefined => {
          if (!matches(rule, frame)) return undefined;
          seen += 1;
          if (seen <= (rule.skip ?? 0) || hits >= (rule.times ?? Number.POSITIVE_INFINITY)) {
            return undefined;
          }
          hits += 1;
          return { fault: rule.fault, onRemove: (undo) => undos.push(undo) };
        },
      };
      rules.add(entry);
      return {
        get hits() {
          return hits;
        },
        remove: () => {
          rules.delete(entry);
          for (const undo of undos.splice(0)) undo();
        },
      };
    },
    match: (frame) => {
      for (const rule of rules) {
        try {
          const meeting = rule.meet(frame);
          if (meeting) return meeting;
        } catch (cause) {
          rules.delete(rule);
          onBroken(threw(cause));
        }
      }
      return undefined;
    },
  };
}

const threw = (cause: unknown): WorkerError =>
  new WorkerError(
    'ERR_INVALID_ARGUMENT',
    `script: when threw, so that the rule is over: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );

const matches = (rule: ScriptRule, frame: Frame): boolean =>
  (rule.direction ?? frame.direction) === frame.direction &&
  (rule.message ?? frame.name) === frame.name &&
  (rule.connection ?? frame.connection) === frame.connection &&
  (rule.when?.(frame) ?? true);

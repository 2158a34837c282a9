import type { Permissions } from './machines/connection.types.js';
import type { JobKind } from './machines/job.types.js';
import { didYouMean } from './options/names.js';

/** Which participants of a room get jobs: one job per room, per publisher, or per participant. */
export const WorkerType = {
  ROOM: 'room',
  PUBLISHER: 'publisher',
  PARTICIPANT: 'participant',
} as const satisfies Record<string, JobKind>;

/** One of the values of {@link WorkerType}. */
export type WorkerType = JobKind;

const sources: readonly unknown[] = ['camera', 'microphone', 'screen_share', 'screen_share_audio'];

interface Rule {
  readonly expects: string;
  readonly accepts: (value: unknown) => boolean;
  readonly fallback: unknown;
}

const flag = (fallback: boolean): Rule => ({
  expects: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  fallback,
});

const rules: Readonly<Record<keyof Permissions, Rule>> = {
  canPublish: flag(true),
  canSubscribe: flag(true),
  canPublishData: flag(true),
  canUpdateMetadata: flag(true),
  canPublishSources: {
    expects: `a list of ${sources.map((source) => `"${source}"`).join(', ')}`,
    accepts: (value) => Array.isArray(value) && value.every((source) => sources.includes(source)),
    fallback: [],
  },
  hidden: flag(false),
};

/** What is wrong with a value that should be permissions, one line each. */
export const permissionProblems = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return ['expected a WorkerPermissions'];
  }
  return Object.entries(value).flatMap(([name, given]) => {
    if (!Object.hasOwn(rules, name)) {
      return [`${name}: no such permission.${didYouMean(name, Object.keys(rules))}`];
    }
    const rule = rules[name as keyof Permissions];
    return given === undefined || rule.accepts(given)
      ? []
      : [`${name}: expected ${rule.expects}, got ${JSON.stringify(given) ?? typeof given}`];
  });
};

/** Fills in what was left out. */
export const completePermissions = (given: Partial<Permissions>): Permissions =>
  Object.freeze(
    Object.fromEntries(
      Object.entries(rules).map(([name, { fallback }]) => {
        const value = given[name as keyof Permissions] ?? fallback;
        return [name, Array.isArray(value) ? Object.freeze([...value]) : value];
      }),
    ),
  ) as unknown as Permissions;

/**
 * What the agents of a worker may do in their rooms. The server writes it into the token of each
 * job. Everything is allowed and visible unless said otherwise. What is wrong is told with the
 * other options, when a worker is made of them.
 *
 * @example
 * new WorkerPermissions({ canPublish: false, hidden: true });
 */
export class WorkerPermissions implements Permissions {
  /** Publish tracks. */
  readonly canPublish!: boolean;
  /** Receive tracks of others. */
  readonly canSubscribe!: boolean;
  /** Send data messages. */
  readonly canPublishData!: boolean;
  /** Change its own metadata and attributes. */
  readonly canUpdateMetadata!: boolean;
  /** Only tracks of these sources; an empty list is no restriction. The open server ignores it. */
  readonly canPublishSources!: readonly string[];
  /** Invisible to other participants, and unable to publish to them. */
  readonly hidden!: boolean;

  constructor(given: Partial<Permissions> = {}) {
    // Unknown names stay, so that the check of the options can name them.
    Object.assign(this, given, completePermissions(given));
    Object.freeze(this);
  }
}

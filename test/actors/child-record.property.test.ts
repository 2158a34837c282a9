import { Job, JobState, JobType } from '@livekit/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toMessage } from '../../src/actors/child-channel.js';
import { envelope, readFromParent } from '../../src/protocol/child-messages.js';
import { Secret } from '../../src/secret.js';

/** Any text, whatever letters it has; half a letter is none that the wire can carry. */
const text = fc.string({ unit: 'grapheme' });
/** A name that no object of JavaScript can hold like any other. */
const attributes = fc.dictionary(
  fc
    .oneof(text, fc.constantFrom('constructor', 'prototype', 'toString'))
    .filter((name) => name !== '__proto__'),
  text,
);
const big = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const participation = fc.record({ name: text, identity: text, metadata: text, attributes });

const participant = fc.record({
  sid: text,
  identity: text,
  name: text,
  metadata: text,
  attributes,
  joinedAt: big,
});
const record = fc
  .record({
    id: text,
    dispatchId: text,
    type: fc.constantFrom(JobType.JT_ROOM, JobType.JT_PUBLISHER, JobType.JT_PARTICIPANT),
    room: fc.record({ sid: text, name: text, metadata: text, creationTime: big }),
    participant: fc.option(participant, { nil: undefined }),
    metadata: text,
    agentName: text,
    state: fc.record({
      status: fc.constantFrom(0, 1, 2, 3),
      error: text,
      startedAt: big,
      endedAt: big,
      updatedAt: big,
    }),
  })
  .map((fields) => new Job({ ...fields, state: new JobState(fields.state) } as never));

it('brings every record of a job and every participation to its process without a loss (F-102, D-12, D-13)', () => {
  fc.assert(
    fc.property(record, participation, text, (job, as, token) => {
      const launch = {
        jobId: job.id,
        url: 'ws://h',
        token: new Secret(token),
        record: new Secret(Buffer.from(job.toBinary()).toString('base64')),
        participation: as,
        workerId: 'AW_1',
      };

      // What Node does with a message on its way.
      const sent = JSON.parse(JSON.stringify(envelope(toMessage({ type: 'start', launch }), 0)));
      const read = readFromParent(sent);

      if (!('message' in read) || read.message.type !== 'start') throw new Error('not a start');
      expect(Job.fromBinary(Buffer.from(read.message.record, 'base64')).equals(job)).toBe(true);
      expect(read.message.participation).toEqual(as);
      expect(read.message.token).toBe(token);
    }),
    { numRuns: 1_000 },
  );
});

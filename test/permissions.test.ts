import { expect, it } from 'vitest';
import { WorkerPermissions, WorkerType } from '../src/permissions.js';

it('allows everything and hides nothing unless told otherwise', () => {
  expect({ ...new WorkerPermissions() }).toEqual({
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateMetadata: true,
    canPublishSources: [],
    hidden: false,
  });
});

it('keeps what it is given, and cannot be changed', () => {
  const permissions = new WorkerPermissions({
    canPublish: false,
    canPublishSources: ['microphone'],
    hidden: true,
  });

  expect({ ...permissions }).toEqual({
    canPublish: false,
    canSubscribe: true,
    canPublishData: true,
    canUpdateMetadata: true,
    canPublishSources: ['microphone'],
    hidden: true,
  });
  expect(Object.isFrozen(permissions)).toBe(true);
});

it('names every permission that is wrong', () => {
  const given = {
    can_publish: true,
    hidden: 'no',
    canPublishSources: ['mic'],
    admin: true,
  } as object;

  expect(() => new WorkerPermissions(given)).toThrowErrorMatchingInlineSnapshot(`
    [WorkerError: Invalid worker permissions:
    - can_publish: no such permission. Did you mean "canPublish"?
    - hidden: expected true or false, got "no"
    - canPublishSources: expected a list of "camera", "microphone", "screen_share", "screen_share_audio", got ["mic"]
    - admin: no such permission.]
  `);
});

it('has a word for each kind of job', () => {
  expect(WorkerType).toEqual({ ROOM: 'room', PUBLISHER: 'publisher', PARTICIPANT: 'participant' });
});

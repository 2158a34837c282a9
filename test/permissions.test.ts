import { expect, it } from 'vitest';
import { permissionProblems, WorkerPermissions, WorkerType } from '../src/permissions.js';

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

it('keeps what it is given, and cannot be changed (O-7)', () => {
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

it.each<[object, string[]]>([
  [
    { can_publish: true, hidden: 'no', canPublishSources: ['mic'], admin: true },
    [
      'canPublishSources: expected a list of "camera", "microphone", "screen_share", "screen_share_audio", got ["mic"]',
      'hidden: expected true or false, got "no"',
      'can_publish: no such permission. Did you mean "canPublish"?',
      'admin: no such permission.',
    ],
  ],
  [{ hidden: true }, []],
])('keeps %j for the check of the options', (given, problems) => {
  expect(permissionProblems(new WorkerPermissions(given))).toEqual(problems);
});

it('has a word for each kind of job (O-8)', () => {
  expect(WorkerType).toEqual({ ROOM: 'room', PUBLISHER: 'publisher', PARTICIPANT: 'participant' });
});

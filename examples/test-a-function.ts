import { fakeJobContext } from 'livekit-actors/testing';
import { expect, it } from 'vitest';
import { greet } from './greeter.js';

it('greets a caller by name', async () => {
  const { ctx, room, published } = fakeJobContext({ room: 'lobby' });
  await ctx.connect();
  room.join({ identity: 'ann' });

  await greet(ctx);

  expect(published.map(({ text }) => text)).toEqual(['hello ann']);
});

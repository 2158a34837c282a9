import { expect, it } from 'vitest';
import { redact, redactText } from '../../src/observe/log-redact.js';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

it('keeps back what a name promises to be secret, at any depth (R-S5)', () => {
  const fields = {
    token: 'a',
    accessToken: 'b',
    api_key: 'c',
    apiSecret: { nested: 'd' },
    headers: [{ Authorization: 'e', accept: 'json' }],
    password: undefined,
    total_tokens: 12,
    turns: 3,
  };

  expect(redact(fields)).toEqual({
    token: '[secret]',
    accessToken: '[secret]',
    api_key: '[secret]',
    apiSecret: '[secret]',
    headers: [{ Authorization: '[secret]', accept: 'json' }],
    password: undefined,
    total_tokens: 12,
    turns: 3,
  });
});

it('keeps back access tokens wherever they are written', () => {
  expect(redactText(`GET /agent?access_token=${jwt} failed`)).toBe(
    'GET /agent?access_token=[secret] failed',
  );
  expect(redact({ note: `got ${jwt}` })).toEqual({ note: 'got [secret]' });
});

it('survives circles', () => {
  const circle: Record<string, unknown> = { name: 'a' };
  circle.self = circle;

  expect(JSON.stringify(redact(circle))).toContain('[deep]');
});

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findSignatureFault, isAuthorised } from '../../src/triggers/index.ts';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('who may deliver', () => {
  it('has the token as bearer, or as the password of any user', () => {
    expect(isAuthorised('Bearer s3cret', 's3cret')).toBe(true);
    expect(isAuthorised('bearer s3cret', 's3cret')).toBe(true);
    expect(isAuthorised(basic('alertmanager:s3cret'), 's3cret')).toBe(true);
    expect(isAuthorised(basic('a:with:colons'), 'with:colons')).toBe(true);
  });

  it('is nobody else', () => {
    const wrong = [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer s3cre',
      'Token s3cret',
      basic('s3cret:'),
      's3cret',
    ];
    for (const header of wrong) expect(isAuthorised(header, 's3cret')).toBe(false);
  });
});

describe('the signature of Grafana', () => {
  const body = Buffer.from('{"alerts": [] }\n');
  const sign = (text: string | Uint8Array) => createHmac('sha256', 'k').update(text).digest('hex');
  const now = 1_800_000_000_000;

  it('holds for the bytes as they came, and for nothing else', () => {
    const signed = { body, signature: sign(body), timestamp: undefined, now };
    expect(findSignatureFault(signed, 'k')).toBeNull();
    expect(findSignatureFault({ ...signed, signature: signed.signature.toUpperCase() }, 'k')).toBeNull();
    expect(findSignatureFault({ ...signed, body: Buffer.from('{"alerts":[]}') }, 'k')).toContain('match');
    expect(findSignatureFault(signed, 'other')).toContain('match');
    expect(findSignatureFault({ ...signed, signature: undefined }, 'k')).toContain('missing');
  });

  it('with a time is over the time too, for five minutes', () => {
    const timestamp = String(now / 1_000);
    const signed = { body, signature: sign(`${timestamp}:${body.toString()}`), timestamp, now };
    expect(findSignatureFault(signed, 'k')).toBeNull();
    expect(findSignatureFault({ ...signed, now: now + 301_000 }, 'k')).toContain('five minutes');
    expect(findSignatureFault({ ...signed, timestamp: 'soon' }, 'k')).toContain('five minutes');
  });
});

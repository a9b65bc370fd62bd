import { assert, property, string, webUrl } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { breakLinks } from '../../src/notify/break-links.ts';

describe('words from outside', () => {
  test('can be read and not followed', () => {
    const cases: [string, string][] = [
      ['see http://evil.com/login', 'see http[:]//evil[.]com/login'],
      ['www.evil.example', 'www[.]evil.example'],
      ['evil.com', 'evil[.]com'],
      ['evil.zip/x', 'evil[.]zip/x'],
      ['a.b.photo/x', 'a.b[.]photo/x'],
      ['write to root@nuc1.lan', 'write to root[@]nuc1.lan'],
      ['mailto:a@evil.com', 'mailto[:]a[@]evil[.]com'],
      ['tg://resolve?domain=x', 'tg[:]//resolve?domain=x'],
    ];
    expect(cases.map(([text]) => breakLinks(text))).toEqual(cases.map(([, broken]) => broken));
  });

  test('that name units, files, devices and machines stay as they are', () => {
    const plain = [
      'nginx.service',
      '/dev/sda1',
      'nuc1:9100',
      'nuc1.lan',
      '/etc/nginx/nginx.conf',
      '10.0.0.1',
      '97.5%',
    ];
    expect(plain.map(breakLinks)).toEqual(plain);
  });

  test('hold no address, whatever they are', () => {
    assert(
      property(webUrl({ withQueryParameters: true }), string(), (url, text) => {
        const broken = breakLinks(`${text} ${url}`);
        expect(broken).not.toContain('://');
        expect(breakLinks(broken)).toBe(broken);
      }),
      { numRuns: 200 },
    );
  });
});

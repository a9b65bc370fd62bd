/** Sequences that move the cursor, hide text, set titles, write to the clipboard or answer for the operator. */
export const SEQUENCES = [
  '\u001b[2J\u001b[1;1H',
  '\u001b]0;title\u0007',
  '\u001b]52;c;cm0gLXJmIC8=\u0007',
  '\u001b[8mhidden\u001b[0m',
  '\u001b[6n',
  '\u009b31m',
  '\u009d0;title\u009c',
  'ok\b\b\bko',
  'all is well\rsteward: healthy',
  '\u202egnp.exe\u202c',
  '\u001bP$qm\u001b\\',
  '\u0007\u000e\u000f\u007f',
];

/** What no stream and no log may hold raw. */
export const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

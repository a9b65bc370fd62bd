/** For a program that begins with another time than everybody else's, in milliseconds since the epoch. */
export function toldClock(at: number): Record<string, string> {
  return { FIRST_NOW: String(at), NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL)}` };
}

const TELL =
  'const now = Date.now; const begun = now(); Date.now = () => now() - begun + Number(process.env.FIRST_NOW);';

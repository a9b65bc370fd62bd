const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  tb: 1000 ** 4,
  p: 1024 ** 5,
  pib: 1024 ** 5,
  pb: 1000 ** 5,
};

/**
 * `512`, `4KiB`, `1.5G`, `2 MB` → whole bytes; undefined for anything else. `K`, `M`, `G` alone are powers of 1024, as
 * in `du -h` and `df -h`; `kB`, `MB` are powers of 1000. Case does not matter.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = UNITS[(match[2] ?? '').toLowerCase()];
  if (unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `0 B`, `812 B`, `4 KiB`, `1.5 GiB`: at most one decimal. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = Math.max(0, Math.round(bytes));
  let index = 0;
  // 1023.95 and not 1024: what would be printed as `1024 KiB` is `1 MiB`.
  while (value >= (index === 0 ? 1024 : 1023.95) && index < names.length - 1) {
    value /= 1024;
    index += 1;
  }
  const digits = Number.isInteger(value) ? String(value) : value.toFixed(1).replace(/\.0$/, '');
  return `${digits} ${names[index]}`;
}

/** One line of the journal, as `journalctl -o json` gives it. */
export interface JournalEntry {
  /** Milliseconds since the epoch. */
  at: number;
  message: string;
  /** 0 emerg … 7 debug; 6 when the sender did not say. */
  priority: number;
  identifier: string;
  /** The unit that it is about: systemd's own lines name it in UNIT. */
  unit: string;
}

/** Longer messages are cut: what tells kinds of lines apart stands at their beginning. */
const MESSAGE_LIMIT = 400;

/** Of JavaScript's calendar. */
const LAST_MOMENT = 8.64e15;

/** Never throws. Lines that are no journal entry (cut ones, `-- No entries --`) are counted, not fatal. */
export function readEntries(text: string): { entries: JournalEntry[]; skipped: number } {
  const entries: JournalEntry[] = [];
  let skipped = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('-- ')) continue;
    const entry = readEntry(line);
    if (entry === undefined) skipped += 1;
    else entries.push(entry);
  }
  return { entries, skipped };
}

function readEntry(line: string): JournalEntry | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null) return undefined;
  const { MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, _SYSTEMD_UNIT, _COMM, UNIT, __REALTIME_TIMESTAMP } =
    fields as Record<string, unknown>;
  const at = Number(__REALTIME_TIMESTAMP) / 1000;
  if (!(at > 0 && at <= LAST_MOMENT)) return undefined;
  const message = textOf(MESSAGE);
  const identifier = textOf(SYSLOG_IDENTIFIER) || textOf(_COMM) || 'unknown';
  const priority = /^[0-7]$/.test(textOf(PRIORITY)) ? Number(PRIORITY) : 6;
  const unit = textOf(UNIT) || textOf(_SYSTEMD_UNIT) || identifier;
  return { at: Math.round(at), message: message.slice(0, MESSAGE_LIMIT), priority, identifier, unit };
}

/** Text with bytes that are not printable comes as an array of byte values; a field given twice as an array of texts. */
function textOf(field: unknown): string {
  if (typeof field === 'string') return field;
  if (!Array.isArray(field)) return '';
  if (field.every((item) => typeof item === 'number')) return Buffer.from(field as number[]).toString('utf8');
  return field.map(textOf).join(' ');
}

import type { CommandCall } from './command-call.ts';
import type { OptionRow } from './option-table.ts';

export interface CommandRow {
  name: string;
  usage: string;
  doc: string;
  options: OptionRow[];
  load(): Promise<(call: CommandCall) => Promise<number>>;
}

export const JSON_OPTION: OptionRow = { name: 'json', type: 'flag', doc: 'Print JSON' };
export const FOR_OPTION: OptionRow = { name: 'for', type: 'value', hint: '2h', doc: 'How long' };

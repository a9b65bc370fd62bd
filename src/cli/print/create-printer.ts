import type { Printer, PrinterOptions } from './printer.ts';

/** Only the format that is wanted is loaded. */
export async function createPrinter(options: PrinterOptions): Promise<Printer> {
  switch (options.format) {
    case 'text':
      return (await import('./text.ts')).createTextPrinter(options);
    case 'json':
      return (await import('./json.ts')).createJsonPrinter(options);
    case 'stream-json':
      return (await import('./stream-json.ts')).createStreamJsonPrinter(options);
  }
}

import { createJsonPrinter } from './json.ts';
import type { Printer, PrinterOptions } from './printer.ts';
import { createStreamJsonPrinter } from './stream-json.ts';
import { createTextPrinter } from './text.ts';

export function createPrinter(options: PrinterOptions): Printer {
  switch (options.format) {
    case 'text':
      return createTextPrinter(options);
    case 'json':
      return createJsonPrinter(options);
    case 'stream-json':
      return createStreamJsonPrinter(options);
  }
}

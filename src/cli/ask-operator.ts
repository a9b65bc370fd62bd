import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { OpsError } from '../lib/ops-error.ts';

/** Questions in a terminal, one line each. */
export interface Asking {
  /** Empty: what is in brackets. */
  ask(question: string, initial: string): Promise<string>;
  /** What is typed is not shown. Empty: none. */
  askSecret(question: string): Promise<string>;
  close(): void;
}

/** OpsError `input` when the terminal goes away in the middle. */
export function askInTerminal(): Asking {
  let isHidden = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const question = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const gone = (): void => reject(new OpsError('no-answer', 'input', 'the questions were not answered'));
      lines.once('close', gone);
      lines.question(text, (answer) => {
        lines.off('close', gone);
        resolve(answer.trim());
      });
    });
  return {
    async ask(text, initial) {
      return (await question(`${text} [${initial}] `)) || initial;
    },
    async askSecret(text) {
      process.stdout.write(`${text} (not shown) `);
      isHidden = true;
      try {
        return await question('');
      } finally {
        isHidden = false;
        process.stdout.write('\n');
      }
    },
    close: () => lines.close(),
  };
}

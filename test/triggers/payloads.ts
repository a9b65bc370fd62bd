import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../fixtures/alertmanager');

/** Webhook bodies that real Alertmanagers sent (the version is in the name), as text. */
export function recordedBody(name: string): string {
  const recorded = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as { body: unknown };
  return JSON.stringify(recorded.body);
}

export function recordedNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length));
}

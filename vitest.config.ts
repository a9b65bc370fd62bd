import { defineConfig } from 'vitest/config';

/**
 * unit: sources, in process. system: the built program, as a user starts it. structure: the tree itself.
 * terminal: the built program in a pseudo terminal, read through a terminal emulator. lab: needs root and Debian packages (see .ci/run). soak: long campaigns; a seeded tenth unless STEWARD_SOAK=full.
 */
const project = (name: string, include: string[], timeoutMs: number, isSerial = false) => ({
  test: {
    name,
    include,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: !isSerial,
    // A second, which is the default, is not much on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    setupFiles: ['test/setup/property-seed.ts'],
    env: { TZ: 'UTC' },
  },
});

/** Files share a process and what they import: no module keeps state, and to load the same modules 300 times took longer than most tests. */
const together = (name: string, include: string[], timeoutMs: number) => {
  const { test } = project(name, include, timeoutMs);
  return { test: { ...test, isolate: false } };
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      together(
        'unit',
        [
          'test/{protocol,lib,provenance,host,config,gate,policy,agent,models,tools,context,prompt,goals,runs,state,graph,knowledge,changes,approvals,triggers,incidents,notify,report,pages,app,cli,tui,fakes,wire}/**/*.test.{ts,tsx}',
        ],
        20_000,
      ),
      project('structure', ['test/structure/**/*.test.ts'], 20_000),
      project('system', ['test/system/**/*.test.ts'], 150_000),
      project('terminal', ['test/terminal/**/*.test.ts'], 150_000),
      project('soak', ['test/soak/**/*.test.ts'], 900_000, true),
      project('lab', ['test/lab/**/*.test.ts'], 300_000, true),
    ],
  },
});

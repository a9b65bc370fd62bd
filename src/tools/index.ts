export { compileTools } from './compile.ts';
export type { ToolPorts } from './ports.ts';
export { createRegistry, type Registry } from './registry.ts';
export { createSeenFiles, type SeenFiles } from './seen-files.ts';
export { createTypedCalls } from './typed/typed-calls.ts';
export type { Surroundings } from './typed/typed-program.ts';

export { compileTools } from './compile.ts';
export type { ToolPorts } from './ports.ts';
export { createRegistry, type Registry } from './registry.ts';
export { createSeenFiles, type SeenFiles } from './seen-files.ts';

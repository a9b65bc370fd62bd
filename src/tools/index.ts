export { compileTools } from './compile.ts';
export { createRegistry, type Registry } from './registry.ts';
export { createSeenFiles, type SeenFiles } from './seen-files.ts';

export { compileTools } from './compile.ts';
export { createRegistry, type Registry } from './registry.ts';

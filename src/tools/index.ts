export { compileTools } from './compile.ts';
export type { ToolPorts } from './ports.ts';
export { createRegistry, type Registry, type RegistryOptions } from './registry.ts';

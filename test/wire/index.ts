export { type ModelServer, type ModelServerOptions, startModelServer } from './model-server.ts';
export type { Dialect, Script, ScriptedCall, Step, Turn, WireRequest } from './script.ts';

export { createClock } from './clock.ts';
export { openDiskStore } from './disk-store.ts';
export { createFiles } from './files.ts';
export { createHttp } from './http.ts';
export { readHostIdentity } from './identity.ts';
export { readIsolation } from './isolation.ts';
export { createMemoryStore } from './memory-store.ts';
export { createOperatorFiles } from './operator-files.ts';
export { createProcesses, type ProcessesOptions } from './processes.ts';

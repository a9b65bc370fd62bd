export { createClock } from './clock.ts';
export { openDiskStore } from './disk-store.ts';
export { createMemoryStore } from './memory-store.ts';

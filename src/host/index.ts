export { createClock } from './clock.ts';
export { openDiskStore } from './disk-store.ts';
export { editText } from './edit-text.ts';
export { createFiles } from './files.ts';
export { readFreeBytes } from './free-room.ts';
export { holdOptimiser } from './hold-optimiser.ts';
export { createHttp } from './http.ts';
export {
  type HttpServer,
  type Reply,
  type RequestHead,
  startHttpServer,
} from './http-server.ts';
export { readHostIdentity } from './identity.ts';
export { createIsolation } from './isolation.ts';
export {
  connectLocalSocket,
  isLocalSocket,
  type LineSocket,
  openInheritedSocket,
} from './line-socket.ts';
export { listenLocalSocket } from './listen-local.ts';
export { createMachineFiles, type MachineFiles } from './machine-files.ts';
export { createMemoryStore } from './memory-store.ts';
export { folderStamp, listNotes, readNote } from './note-folders.ts';
export { createOperatorFiles } from './operator-files.ts';
export { readOwnGround } from './own-ground.ts';
export { createPost } from './post.ts';
export { endMarked } from './process-group.ts';
export { createProcesses, type ProcessesOptions } from './processes.ts';
export { type PtyProcess, startInPty } from './pty.ts';
export { openReadOnlyStore } from './read-only-store.ts';
export { programOfRepository } from './repository-programs.ts';
export { isOnlyOurs, isThere, isWritable, readProcessStatus } from './root-owned.ts';
export { runInherited } from './run-inherited.ts';
export { type OwnRun, startSelf } from './run-self.ts';
export { runTool, type ToolEnd } from './run-tool.ts';
export { createScratch } from './scratch.ts';
export { createSecretLinkFinder } from './secret-links.ts';
export { createServiceNotify, type ServiceNotify } from './service-notify.ts';
export { openTextIndex } from './text-index.ts';
export { readTimeZone } from './time-zone.ts';
export { createWebSender } from './web-sender.ts';
export { mkdirOwn, writeOwnFile } from './write-own-file.ts';

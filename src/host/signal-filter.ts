/** seccomp(2): the architecture's name for the kernel, and the numbers of its calls that send signals. */
const CALLS: Partial<
  Record<NodeJS.Architecture, { audit: number; numbers: readonly number[]; fcntl: number; ioctl: number }>
> = {
  // kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal
  x64: { audit: 0xc000003e, numbers: [62, 200, 234, 129, 297, 424], fcntl: 72, ioctl: 16 },
  arm64: { audit: 0xc00000b7, numbers: [129, 130, 131, 138, 240, 424], fcntl: 25, ioctl: 29 },
};

/** linux/bpf_common.h, linux/seccomp.h */
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const REFUSE_WITH_EPERM = 0x00050001;
const ARCHITECTURE_AT = 4;
const NUMBER_AT = 0;
/** The low half of the second argument. */
const ARGUMENT_AT = 24;
/** F_SETOWN, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP: whom the kernel signals when there is something to read. */
const OWNERS = [8, 15, 0x8901, 0x8902];
/** On x64, numbers from here on are the same calls in the x32 dialect. */
const X32 = 0x40000000;

/**
 * A filter under which nothing can send a signal: for a sandbox that has to share the host's processes, in which the
 * uid alone would let it end ours. null for an architecture whose numbers we do not know.
 */
export function signalFilter(architecture: NodeJS.Architecture = process.arch): Buffer | null {
  const known = CALLS[architecture];
  if (known === undefined) return null;
  const { audit, numbers, fcntl, ioctl } = known;
  // From each test the distance to the last instruction, which refuses.
  const toRefusal = (at: number): number => numbers.length + OWNERS.length + 9 - at - 1;
  const program: [code: number, ifTrue: number, ifFalse: number, value: number][] = [
    [LOAD_WORD, 0, 0, ARCHITECTURE_AT],
    [JUMP_IF_EQUAL, 0, toRefusal(1), audit],
    [LOAD_WORD, 0, 0, NUMBER_AT],
    [JUMP_IF_AT_LEAST, toRefusal(3), 0, X32],
    ...numbers.map((number, index): [number, number, number, number] => [
      JUMP_IF_EQUAL,
      toRefusal(4 + index),
      0,
      number,
    ]),
    [JUMP_IF_EQUAL, 2, 0, fcntl],
    [JUMP_IF_EQUAL, 1, 0, ioctl],
    [RETURN, 0, 0, ALLOW],
    [LOAD_WORD, 0, 0, ARGUMENT_AT],
    ...OWNERS.map((owner, index): [number, number, number, number] => [
      JUMP_IF_EQUAL,
      toRefusal(4 + numbers.length + 4 + index),
      0,
      owner,
    ]),
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, REFUSE_WITH_EPERM],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  }
  return bytes;
}

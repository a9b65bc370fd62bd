import { createHash, randomBytes } from 'node:crypto';
import { isRecord } from '../../lib/is-record.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Clock } from '../../protocol/machine.ts';
import type { StateStore } from '../../protocol/store.ts';

/** A phone or browser that may answer. Times are milliseconds since the epoch. */
export interface Device {
  name: string;
  /** sha256 of its secret, which is kept nowhere else but on the device. */
  hash: string;
  createdAt: number;
  /** To the day. */
  seenAt: number;
  /** It came by TLS, and its cookie goes no other way. */
  isSecure: boolean;
}

export interface Enrolment {
  name: string;
  expiresAt: number;
}

/** Who may use the pages. Every change of it is made under one lock, by all processes. */
export interface Devices {
  list(): Promise<Device[]>;
  /** The one whose secret this is; null for everybody else. */
  find(secret: string): Promise<Device | null>;
  /** Its secret opens the enrolment once, within ten minutes. OpsError `input` for a name that is taken or is none. */
  invite(name: string | null): Promise<Enrolment & { secret: string }>;
  look(secret: string): Promise<Enrolment | EnrolmentRefusal>;
  enroll(secret: string, isSecure: boolean): Promise<{ device: Device; secret: string } | EnrolmentRefusal>;
  /** Noted once a day. */
  saw(device: Device): Promise<void>;
  /** OpsError `input` when there is none of that name. */
  revoke(name: string): Promise<void>;
}

export type EnrolmentRefusal = 'unknown' | 'used' | 'late' | 'taken';

export const ENROLMENT_MS = 10 * 60 * 1000;
export const SEEN_EVERY_MS = 24 * 60 * 60 * 1000;
/** Names that stand in the log for whoever has no device. */
const RESERVED = ['link', 'pin'];
const NAME = /^[A-Za-z0-9][\w.-]{0,31}$/;
const SECRET = /^[\w-]{43}$/;
const FILE = 'pages/devices.json';
const LOCK = 'pages-devices';
const LOCK_WAIT_MS = 5_000;

interface Invitation extends Enrolment {
  hash: string;
  isUsed: boolean;
}

interface DeviceFile {
  version: 1;
  devices: Device[];
  invitations: Invitation[];
}

export function createDevices({ store, clock }: { store: StateStore; clock: Clock }): Devices {
  async function change<T>(edit: (file: DeviceFile, now: number) => T): Promise<T> {
    const lock = await store.lock(LOCK, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new OpsError('pages-busy', 'busy', 'the list of devices is held by another process', {
        hint: `look for a steward process that hangs; the lock is ${LOCK}.lock in ${store.location}`,
      });
    }
    try {
      const file = await read();
      const result = edit(file, clock.now());
      await store.write(FILE, JSON.stringify(file));
      return result;
    } finally {
      lock.release();
    }
  }

  async function read(): Promise<DeviceFile> {
    return parseDevices(await store.readText(FILE), store);
  }

  function judge(file: DeviceFile, secret: string, now: number): Invitation | EnrolmentRefusal {
    const hash = hashOf(secret);
    const found = file.invitations.find((one) => one.hash === hash);
    if (found === undefined || !SECRET.test(secret)) return 'unknown';
    if (found.isUsed) return 'used';
    if (now >= found.expiresAt) return 'late';
    return file.devices.some(({ name }) => name === found.name) ? 'taken' : found;
  }

  return {
    list: async () => (await read()).devices,
    async find(secret) {
      if (!SECRET.test(secret)) return null;
      const hash = hashOf(secret);
      return (await read()).devices.find((device) => device.hash === hash) ?? null;
    },
    invite: (wanted) =>
      change((file, now) => {
        const name = wanted ?? freeName(file);
        checkName(file, name);
        const secret = newSecret();
        const invitation = { name, hash: hashOf(secret), expiresAt: now + ENROLMENT_MS, isUsed: false };
        // An address that was used or is late says so for a day, and not that it never was.
        const kept = file.invitations.filter(({ expiresAt }) => now - expiresAt < SEEN_EVERY_MS);
        file.invitations = [...kept, invitation];
        return { name, secret, expiresAt: invitation.expiresAt };
      }),
    async look(secret) {
      const found = judge(await read(), secret, clock.now());
      return typeof found === 'string' ? found : { name: found.name, expiresAt: found.expiresAt };
    },
    enroll: (secret, isSecure) =>
      change((file, now) => {
        const found = judge(file, secret, now);
        if (typeof found === 'string') return found;
        found.isUsed = true;
        const own = newSecret();
        const device: Device = { name: found.name, hash: hashOf(own), createdAt: now, seenAt: now, isSecure };
        file.devices.push(device);
        return { device, secret: own };
      }),
    saw: ({ hash }) =>
      change((file, now) => {
        const found = file.devices.find((device) => device.hash === hash);
        if (found !== undefined) found.seenAt = now;
      }),
    revoke: (name) =>
      change((file) => {
        if (!file.devices.some((device) => device.name === name)) {
          throw new OpsError('no-device', 'input', `no device is called "${name}"`, {
            hint: 'steward pages devices lists them',
          });
        }
        file.devices = file.devices.filter((device) => device.name !== name);
      }),
  };
}

function checkName({ devices }: DeviceFile, name: string): void {
  if (!NAME.test(name) || RESERVED.includes(name)) {
    throw new OpsError('device-name', 'input', `"${name}" is no name for a device`, {
      hint: 'letters, digits, dots and hyphens, 32 at most; not "link" nor "pin"',
    });
  }
  if (devices.some((device) => device.name === name)) {
    throw new OpsError('device-taken', 'input', `a device called "${name}" is enrolled already`, {
      hint: `give another --name, or: steward pages revoke ${name}`,
    });
  }
}

function freeName({ devices }: DeviceFile): string {
  const taken = new Set(devices.map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'phone' : `phone-${number}`;
    if (!taken.has(name)) return name;
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A secret has 256 random bits, so a plain hash of it is no way back. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** One that cannot be read lets nobody in, and says so. */
function parseDevices(text: string | undefined, store: StateStore): DeviceFile {
  if (text === undefined) return { version: 1, devices: [], invitations: [] };
  const value = readJson(text);
  if (
    !isRecord(value) ||
    value.version !== 1 ||
    !Array.isArray(value.devices) ||
    !Array.isArray(value.invitations)
  ) {
    throw new OpsError('pages-unreadable', 'settings', `${FILE} in ${store.location} cannot be read`, {
      hint: 'remove it and enrol the devices again',
    });
  }
  return value as unknown as DeviceFile;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller reports it.
    return undefined;
  }
}

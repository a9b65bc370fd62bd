import { z } from 'zod';
import { HOST_SCANS, SOURCE_KINDS } from '../inventory.ts';

/** What an operator writes in `inventory.yaml`. Unknown keys are errors: a misspelt `adress` must not be silence. */

const text = z.string().trim().min(1, 'is empty');
const name = z
  .string()
  .regex(/^[A-Za-z0-9][\w.@-]*$/, 'is not a name (letters, digits, dots, hyphens, @ and _)');
const address = z
  .string()
  .regex(/^(\d{1,3}(\.\d{1,3}){3}|[\da-fA-F:]*:[\da-fA-F:]+)$/, 'is not an IP address');
const port = z.int().min(1, 'is not a port').max(65_535, 'is not a port');
const url = z.string().regex(/^https?:\/\/[^\s\\{}[\]@]+$/, 'is not a plain http(s) URL without a password');

const declared = {
  host: name.optional(),
  addresses: z.array(address).default([]),
  tags: z.array(text).default([]),
  owner: text.optional(),
};

const range = z
  .string()
  .regex(/^\d+-\d+$/, 'is not a range such as 100-999')
  .transform((written, context): [number, number] => {
    const [from = 0, to = 0] = written.split('-').map(Number);
    if (from > to) context.addIssue({ code: 'custom', message: 'ends before it begins' });
    return [from, to];
  });

const cidr = z
  .string()
  .regex(
    /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!\/)|(?=\/))){4}\/(1[6-9]|2\d|3[0-2])$/,
    'is not an IPv4 network such as 10.0.0.0/24 (/16 at most)',
  );

export const inventorySchema = z.strictObject({
  hosts: z
    .record(
      name,
      z.strictObject({
        ...declared,
        /** A word that ssh takes as a destination and never as an option. */
        ssh: z
          .string()
          .regex(/^([\w.-]+@)?[A-Za-z0-9][\w.:-]*$/, 'is not a destination of ssh such as admin@10.0.0.5')
          .optional(),
        ssh_port: port.optional(),
        scan: z.array(z.enum(HOST_SCANS)).min(1, 'names nothing to scan').optional(),
      }),
    )
    .default({}),
  guests: z.record(name, z.strictObject(declared)).default({}),
  services: z
    .record(
      name,
      z.strictObject({
        ...declared,
        unit: name.optional(),
        ports: z.array(port).default([]),
        depends_on: z.array(name).default([]),
      }),
    )
    .default({}),
  endpoints: z.record(name, z.strictObject({ ...declared, url, service: name.optional() })).default({}),
  sources: z
    .record(
      name,
      z.strictObject({
        kind: z.enum(SOURCE_KINDS),
        url: url.optional(),
        token: z
          .string()
          .regex(/^[A-Z][A-Z0-9_]*$/, 'is not the name of an environment variable')
          .optional(),
        context: name.optional(),
      }),
    )
    .default({}),
  ranges: z
    .strictObject({
      vmid: range.optional(),
      port: range.optional(),
      ip: z.array(cidr).optional(),
      reserved: z.array(address).optional(),
    })
    .default({}),
});

export type WrittenInventory = z.output<typeof inventorySchema>;

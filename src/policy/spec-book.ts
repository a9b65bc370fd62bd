import { sha256 } from '../lib/digest.ts';
import { type PackedText, type Places, packJson } from '../lib/packed-json.ts';
import type { ProgramSpec } from '../protocol/program-spec.ts';

/** What is known of programs, by their names. */
export interface SpecBook {
  /** Tells which specs these are. */
  readonly digest: string;
  get(name: string): ProgramSpec | undefined;
  /** Every spec once. */
  all(): ProgramSpec[];
}

/** Where each spec stands in a text of all: a start asks about a few of 200 programs, and reads no more than these. */
export interface SpecIndex {
  digest: string;
  /** Name of a program → from where to where its spec, as JSON, stands in the text. */
  places: Places;
}

export function bookOf(specs: readonly ProgramSpec[]): SpecBook {
  const { index, text } = packSpecs(specs);
  return openSpecs(index, text);
}

/** The text is ASCII: a byte is a character. */
export function packSpecs(specs: readonly ProgramSpec[]): { index: SpecIndex; text: string } {
  const { places, text } = packJson(specs.map((spec) => ({ names: spec.names, value: spec })));
  return { index: { digest: sha256(text), places }, text };
}

export function openSpecs({ digest, places }: SpecIndex, text: PackedText): SpecBook {
  const open = new Map<number, ProgramSpec>();
  const at = ([start, end]: readonly [number, number]): ProgramSpec => {
    let spec = open.get(start);
    if (spec === undefined) {
      // packSpecs wrote it.
      spec = JSON.parse(text.slice(start, end)) as ProgramSpec;
      open.set(start, spec);
    }
    return spec;
  };
  return {
    digest,
    get(name) {
      // Its own, since a program may be called `constructor`.
      const place = Object.hasOwn(places, name) ? places[name] : undefined;
      return place === undefined ? undefined : at(place);
    },
    all: () => [...new Set(Object.values(places).map(at))],
  };
}

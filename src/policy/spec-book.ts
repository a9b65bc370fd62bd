import { sha256 } from '../lib/digest.ts';
import type { ProgramSpec } from '../protocol/program-spec.ts';

/** What is known of programs, by their names. */
export interface SpecBook {
  /** Tells which specs these are. */
  readonly digest: string;
  get(name: string): ProgramSpec | undefined;
  /** Every spec once. */
  all(): ProgramSpec[];
}

/** A book as JSON: the specs are texts in it, so that a start does not read 160 programs to ask about three. */
export interface PackedSpecs {
  digest: string;
  /** Name of a program → place of its spec in `texts`. */
  places: Record<string, number>;
  texts: string[];
}

export function bookOf(specs: readonly ProgramSpec[]): SpecBook {
  return openSpecs(packSpecs(specs));
}

export function packSpecs(specs: readonly ProgramSpec[]): PackedSpecs {
  const texts = specs.map((spec) => JSON.stringify(spec));
  const places = specs.flatMap(({ names }, place) => names.map((name) => [name, place] as const));
  return { digest: sha256(texts.join('\n')), places: Object.fromEntries(places), texts };
}

export function openSpecs({ digest, places, texts }: PackedSpecs): SpecBook {
  // A map, since a program may be called `constructor`.
  const placeOf = new Map(Object.entries(places));
  const open = new Map<number, ProgramSpec>();
  const at = (place: number, text: string): ProgramSpec => {
    let spec = open.get(place);
    if (spec === undefined) {
      // packSpecs wrote it.
      spec = JSON.parse(text) as ProgramSpec;
      open.set(place, spec);
    }
    return spec;
  };
  return {
    digest,
    get(name) {
      const place = placeOf.get(name);
      const text = place === undefined ? undefined : texts[place];
      return place === undefined || text === undefined ? undefined : at(place, text);
    },
    all: () => texts.map((text, place) => at(place, text)),
  };
}

/** A word of a command that names something in the world, and how to find out whether there is such a thing. */
export interface NamedThing {
  /** What an operator calls it: `container`, `job`, `dataset`, `host`, `port`, `pod`. */
  kind: string;
  /** As it stands in the command. */
  word: string;
  /** As a listing would say it. */
  name: string;
  listing: Listing;
}

/** An observing command that names all things of a kind. */
export interface Listing {
  argv: string[];
  parse: ListingParse;
  /** A name may be given by its beginning, as ids are. */
  isPrefix: boolean;
}

/**
 * `words`: every word, also between commas. `first`: the first word of each line. `last`: what is behind the last
 * slash of each line. `ports`: numbers behind a colon at the end of a word. `addresses`: every IP address, without the
 * length of its network. `ids`: the number of every `qemu/101` or `lxc/104`.
 */
export type ListingParse = 'words' | 'first' | 'last' | 'ports' | 'addresses' | 'ids';

export const CONFIDENCES = ['low', 'medium', 'high'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const NOTE_SCOPES = ['project', 'user', 'system'] as const;
/** Who may have written it: whoever wrote the repository, this user, or the operators of the machine. */
export type NoteScope = (typeof NOTE_SCOPES)[number];

/** Something that was learned of the operator's systems, as a file holds it. */
export interface Note {
  path: string;
  scope: NoteScope;
  title: string;
  body: string;
  /** Names of hosts, services, units, jobs: what it is about. */
  appliesTo: string[];
  learnedFrom: string | null;
  /** Milliseconds since the epoch; null: it does not say. */
  date: number | null;
  confidence: Confidence;
}

export interface ProposedNote {
  title: string;
  text: string;
  appliesTo: string[];
  confidence: Confidence;
}

/** A document of the full-text index. */
export interface IndexedNote {
  /** The path. */
  key: string;
  /** Changes when the file does. */
  stamp: string;
  title: string;
  body: string;
  /** In lower case: by these it is found without a search. */
  names: string[];
  /** The note, as JSON. */
  data: string;
}

/** Full text over notes; it holds nothing that is not in the files, so it can always be made anew. */
export interface TextIndex {
  /** key → stamp of all that it holds. */
  stamps(): Map<string, string>;
  put(notes: readonly IndexedNote[]): void;
  remove(keys: readonly string[]): void;
  /** After many were put in: searches are faster behind it. */
  settle(): void;
  /** Notes that hold every word, those that were put in last first. */
  match(words: readonly string[], limit: number): string[];
  /** Notes about one of the names, the newest file first. */
  about(names: readonly string[], limit: number): string[];
  all(limit: number): string[];
  /** Something to remember about the whole. */
  remark(name: string): string | undefined;
  setRemark(name: string, value: string): void;
  close(): void;
}

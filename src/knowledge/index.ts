export { createNoteBook, type NoteBook, type NoteFolder } from './note-book.ts';
export { noteFileName, parseNote, printNote } from './parse-note.ts';
export { ageOf, type StaleNote, staleNotes } from './stale-notes.ts';

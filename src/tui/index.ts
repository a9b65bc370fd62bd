export { type PlainOptions, startPlain } from './plain/start-plain.ts';
export { type ScreenOptions, startScreen } from './start-screen.tsx';

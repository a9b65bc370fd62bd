export { type ScreenOptions, startScreen } from './start-screen.tsx';

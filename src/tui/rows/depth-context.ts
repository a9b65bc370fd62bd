import { createContext, useContext } from 'react';
import type { ColorDepth } from './paint.ts';

const DepthContext = createContext<ColorDepth>(1);

export const DepthProvider = DepthContext.Provider;

/** Of the terminal on which it is shown. */
export function useDepth(): ColorDepth {
  return useContext(DepthContext);
}

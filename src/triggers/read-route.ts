import { INTAKES, type RoutedIntake } from '../protocol/delivery.ts';

export interface Route {
  intake: RoutedIntake;
  source: string;
}

const SOURCE = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** `/alertmanager/<source>`, `/grafana/<source>`, `/unit/<host>`. null: there is nothing of that name. */
export function readRoute(path: string): Route | null {
  const [, first, source, ...rest] = path.split('/');
  const intake = INTAKES.find((each) => each === first);
  if (intake === undefined || source === undefined || rest.length > 0 || !SOURCE.test(source)) return null;
  return { intake, source };
}

import type { Tool } from '../../protocol/tool.ts';
import type { ToolPorts } from '../ports.ts';
import type { ChangeInput } from './schema.ts';

export function createChange(ports: Pick<ToolPorts, 'carryOutChange'>): Tool<ChangeInput> {
  return {
    name: 'Change',
    isObserveOnly: () => false,
    execute: (input, { callId, signal }) => ports.carryOutChange(input, callId, signal),
  };
}

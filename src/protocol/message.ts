/** A conversation with a model, in no vendor's dialect. */
export type Block = TextBlock | ThinkingBlock | ToolUseBlock | ToolResultBlock;

export interface TextBlock {
  type: 'text';
  text: string;
}

export interface ThinkingBlock {
  type: 'thinking';
  text: string;
  /** Vendor's seal; sent back unchanged, to the same vendor only. */
  signature?: string;
}

export interface ToolUseBlock {
  type: 'tool_use';
  id: string;
  name: string;
  input: unknown;
  /** Set when the arguments were not valid JSON: the text as it came. `input` is then `{}`. */
  brokenInput?: string;
}

export interface ToolResultBlock {
  type: 'tool_result';
  toolUseId: string;
  content: string;
  isError: boolean;
}

export interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

export interface SystemPart {
  text: string;
  /** The last part that is the same in every run of this goal: the vendor's cache may end here. */
  isCacheEnd?: boolean;
}

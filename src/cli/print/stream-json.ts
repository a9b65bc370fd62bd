import type { RunEvent } from '../../protocol/event.ts';
import type { Block } from '../../protocol/message.ts';
import type { Usage } from '../../protocol/model.ts';
import { foldingPrinter, type Printer, type PrinterOptions } from './printer.ts';
import { resultObject } from './result.ts';

/**
 * Claude Code's stream: one object a line, `system/init` first, `result` last. Our own news are further `system`
 * subtypes, which consumers that do not know them skip.
 */
export function createStreamJsonPrinter(options: PrinterOptions): Printer {
  const { streams, newId } = options;
  let sessionId = '';
  const send = (line: Record<string, unknown>): void => {
    void streams.out(`${JSON.stringify({ ...line, session_id: sessionId, uuid: newId() })}\n`);
  };
  let partialOpen = false;
  return foldingPrinter({
    onEvent(event) {
      if (event.type === 'run.opened') sessionId = event.run;
      if (event.type === 'model.requested') partialOpen = false;
      if (event.type === 'model.replied' && partialOpen) {
        send({
          type: 'stream_event',
          event: { type: 'content_block_stop', index: 0 },
          parent_tool_use_id: null,
        });
        send({ type: 'stream_event', event: { type: 'message_stop' }, parent_tool_use_id: null });
        partialOpen = false;
      }
      for (const line of linesOf(event)) send(line);
      if (event.type === 'notice.given' && event.level === 'warning')
        void streams.err(`steward: ${event.text}\n`);
    },
    onDelta(delta) {
      if (!options.hasPartialMessages) return;
      const part = (event: Record<string, unknown>): void =>
        send({ type: 'stream_event', event, parent_tool_use_id: null });
      if (!partialOpen) {
        partialOpen = true;
        part({ type: 'message_start', message: { type: 'message', role: 'assistant', content: [] } });
        part({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
      }
      if (delta.type === 'text') {
        part({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: delta.text } });
      }
    },
    finish: (fold, frame) => streams.out(`${JSON.stringify(resultObject(fold, frame))}\n`),
  });
}

function linesOf(event: RunEvent): Record<string, unknown>[] {
  switch (event.type) {
    case 'run.opened':
      return [
        {
          type: 'system',
          subtype: 'init',
          cwd: event.cwd,
          tools: event.tools,
          mcp_servers: [],
          model: event.model ?? 'none',
          permissionMode: event.mode,
          slash_commands: [],
          agents: [],
          skills: [],
          plugins: [],
          apiKeySource: 'none',
          output_style: 'default',
          steward_version: event.steward,
          goal: event.goal,
          autonomy: event.autonomy,
          isolation: event.isolation,
        },
      ];
    case 'snapshot.taken':
      return [
        {
          type: 'system',
          subtype: 'snapshot',
          duration_ms: event.durationMs,
          items: event.items.map(({ text: _, ...item }) => item),
        },
      ];
    case 'findings.judged':
      return [
        { type: 'system', subtype: 'findings', findings: event.findings, broken_rules: event.brokenRules },
      ];
    case 'look.taken':
      return [{ type: 'system', subtype: 'look', look: event.look }];
    case 'model.failed':
      return [
        {
          type: 'system',
          subtype: 'api_retry',
          attempt: event.attempt,
          error_status: event.status,
          error: event.message,
          error_class: event.class,
        },
      ];
    case 'step.decided':
      return event.decision === 'refuse' && event.origin === 'tool'
        ? [
            {
              type: 'system',
              subtype: 'permission_denied',
              tool_use_step: event.step,
              decision_reason_type: event.rule,
              decision_reason: event.reason,
              message: event.command,
            },
          ]
        : [];
    case 'model.replied':
      return [
        {
          type: 'assistant',
          message: {
            id: `turn_${event.turn}`,
            type: 'message',
            role: 'assistant',
            model: event.model,
            content: event.content.map(toWireBlock),
            stop_reason: event.stopReason,
            stop_sequence: null,
            usage: toWireUsage(event.usage),
          },
          parent_tool_use_id: null,
        },
      ];
    case 'call.finished': {
      const result = {
        tool_use_id: event.toolUseId,
        type: 'tool_result',
        content: event.text,
        is_error: !event.ok,
      };
      return [
        {
          type: 'user',
          message: { role: 'user', content: [result] },
          parent_tool_use_id: null,
          call: event.call,
          duration_ms: event.durationMs,
        },
      ];
    }
    case 'checks.made':
      return [{ type: 'system', subtype: 'verification', checks: event.checks }];
    case 'context.reduced':
      return [
        {
          type: 'system',
          subtype: 'compact_boundary',
          trigger: 'auto',
          method: event.method,
          dropped_bytes: event.droppedBytes,
        },
      ];
    default:
      return [];
  }
}

function toWireBlock(block: Block): Record<string, unknown> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'thinking':
      return { type: 'thinking', thinking: block.text, signature: block.signature ?? '' };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
    case 'tool_result':
      return {
        type: 'tool_result',
        tool_use_id: block.toolUseId,
        content: block.content,
        is_error: block.isError,
      };
  }
}

function toWireUsage(usage: Usage): Record<string, number> {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
  };
}

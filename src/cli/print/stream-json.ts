import { jsonLine } from '../../lib/json-line.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { failureLines } from './failure.ts';
import { createPartialMessages } from './partial-messages.ts';
import { foldingPrinter, type Printer, type PrinterOptions } from './printer.ts';
import { resultObject } from './result.ts';
import { messageId, toWireBlock, toWireUsage } from './wire.ts';

/**
 * Claude Code's stream: one object a line, `system/init` first, `result` last. Our own news are further `system`
 * subtypes, which consumers that do not know them skip.
 */
export function createStreamJsonPrinter(options: PrinterOptions): Printer {
  const { streams, newId } = options;
  let sessionId = '';
  const send = (line: Record<string, unknown>): void => {
    void streams.out(jsonLine({ ...line, session_id: sessionId, uuid: newId() }));
  };
  const partial = options.hasPartialMessages ? createPartialMessages(send, options.now) : null;
  return foldingPrinter({
    onEvent(event) {
      if (event.type === 'run.opened') sessionId = event.run;
      if (event.type === 'notice.given' && event.level === 'warning')
        void streams.err(`steward: ${event.text}\n`);
      if (event.type === 'model.requested') partial?.begin(messageId(sessionId, event.turn), event.model);
      if (event.type === 'model.failed') partial?.breakOff();
      const lines = linesOf(event, sessionId);
      if (event.type === 'model.replied' && partial !== null) partial.end(event, () => lines.forEach(send));
      else lines.forEach(send);
    },
    onDelta: (delta) => partial?.add(delta),
    async finish(fold, frame) {
      await streams.out(jsonLine(resultObject(fold, frame)));
      await streams.err(failureLines(fold.closed, frame.sessionId));
    },
  });
}

/** Claude Code's words for what is tried again. */
function categoryOf(status: number | null): string {
  if (status === 429) return 'rate_limit';
  if (status === 529) return 'overloaded';
  return status !== null && status >= 500 ? 'server_error' : 'unknown';
}

function linesOf(event: RunEvent, run: string): Record<string, unknown>[] {
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
          apiKeySource: event.keySource ?? 'none',
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
      // The result says what ended the run: nothing is asked again then.
      if (typeof event.pauseMs !== 'number') return [];
      return [
        {
          type: 'system',
          subtype: 'api_retry',
          attempt: event.attempt,
          retry_delay_ms: Math.round(event.pauseMs),
          error_status: event.status,
          error: categoryOf(event.status),
          message: event.message,
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
            id: messageId(run, event.turn),
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

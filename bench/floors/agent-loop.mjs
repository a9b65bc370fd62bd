/**
 * The floor of an agent: fetch, run each call with `bash -c`, append the result, ask again, until the model calls
 * nothing more. No log, no policy, no limits, no masking. Anthropic's dialect. Last line of stderr: how long its
 * commands took, from spawn to the end of their output.
 */
import { spawn } from 'node:child_process';

const [url] = process.argv.slice(2);
const messages = [{ role: 'user', content: 'Look at the files one by one.' }];
const tools = [
  {
    name: 'Bash',
    description: 'Runs a command.',
    input_schema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
  },
];
let commandMs = 0;

for (;;) {
  const content = await ask();
  messages.push({ role: 'assistant', content });
  const calls = content.filter((block) => block.type === 'tool_use');
  if (calls.length === 0) break;
  const results = [];
  for (const call of calls)
    results.push({ type: 'tool_result', tool_use_id: call.id, content: await run(call.input.command) });
  messages.push({ role: 'user', content: results });
}
process.stdout.write(
  messages
    .at(-1)
    .content.map((block) => block.text ?? '')
    .join(''),
);
process.stderr.write(`\n${JSON.stringify({ commandMs })}\n`);

async function ask() {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'floor', max_tokens: 1000, stream: true, tools, messages }),
  });
  const content = [];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('data: {')) take(JSON.parse(line.slice(6)), content);
  }
  return content;
}

function take(event, content) {
  if (event.type === 'content_block_start') content[event.index] = { ...event.content_block, json: '' };
  const block = content[event.index];
  if (event.delta?.type === 'text_delta') block.text += event.delta.text;
  if (event.delta?.type === 'input_json_delta') block.json += event.delta.partial_json;
  if (event.type !== 'content_block_stop') return;
  if (block.type === 'tool_use') block.input = JSON.parse(block.json);
  delete block.json;
}

function run(command) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', () => {
      commandMs += performance.now() - started;
      resolve(output);
    });
  });
}

/** The floor of `-p`: one streamed request with Node's own fetch, the answer's text to stdout, and nothing else. */
const [dialect, url] = process.argv.slice(2);

const PATHS = { anthropic: '/v1/messages', openai: '/v1/chat/completions', ollama: '/api/chat' };

const response = await fetch(url + PATHS[dialect], {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'floor',
    max_tokens: 1000,
    stream: true,
    messages: [{ role: 'user', content: 'Say hello.' }],
  }),
});
const decoder = new TextDecoder();
let rest = '';
for await (const chunk of response.body) {
  const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
  rest = lines.pop();
  for (const line of lines) process.stdout.write(textOf(line));
}

function textOf(line) {
  const json = dialect === 'ollama' ? line : line.startsWith('data: {') ? line.slice(6) : '';
  if (json === '') return '';
  const event = JSON.parse(json);
  if (dialect === 'anthropic') return event.delta?.text ?? '';
  if (dialect === 'openai') return event.choices[0]?.delta.content ?? '';
  return event.message.content;
}

/**
 * The least that Ink needs for a prompt: a line that is typed into, with the cell that is written next, and an answer
 * that streams from a server in Anthropic's dialect (BENCH_URL), at most 15 updates a second, finished paragraphs
 * printed once.
 */
import { Box, render, Static, Text, useInput } from 'ink';
import { memo, useRef, useState } from 'react';

const FRAME_MS = 1000 / 15;

const Finished = memo(({ items }: { items: string[] }) => (
  <Static items={items}>{(item, i) => <Text key={i}>{item}</Text>}</Static>
));

function Prompt() {
  const [typed, setTyped] = useState('');
  const [finished, setFinished] = useState<string[]>([]);
  const [streaming, setStreaming] = useState('');
  const text = useRef('');

  async function ask(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const show = (): void => {
      timer = undefined;
      const end = text.current.lastIndexOf('\n\n') + 2;
      if (end > 1) {
        const paragraphs = text.current.slice(0, end);
        text.current = text.current.slice(end);
        setFinished((before) => [...before, paragraphs]);
      }
      setStreaming(text.current);
    };
    const response = await fetch(`${process.env.BENCH_URL}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: typed }] }),
    });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data: {')) continue;
        const event = JSON.parse(line.slice(6)) as { delta?: { text?: string } };
        text.current += event.delta?.text ?? '';
      }
      timer ??= setTimeout(show, FRAME_MS);
    }
    clearTimeout(timer);
    text.current += '\n\nfinished\n\n';
    show();
  }

  useInput((input, key) => {
    if (key.ctrl && input === 'u') setTyped('');
    else if (key.return) {
      setTyped('');
      void ask();
    } else setTyped((before) => before + input);
  });
  return (
    <>
      <Finished items={finished} />
      <Box flexDirection="column">
        <Text>{streaming}</Text>
        <Text>
          ❯ {typed}
          <Text inverse> </Text>
        </Text>
      </Box>
    </>
  );
}

render(<Prompt />, { exitOnCtrlC: true, incrementalRendering: true });

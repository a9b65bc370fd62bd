import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { makeSelfSigned } from '../self-signed.ts';
import { ask, portFor } from './connect.ts';

test('a model server whose certificate nobody vouches for is not asked again, and the failure says what to set', async () => {
  const server = createServer(makeSelfSigned(), (_, response) => response.end()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { port: model, model: name } = await portFor('openai', `https://127.0.0.1:${port}/v1`);
  expect(await model.complete(ask(name))).toMatchObject({
    ok: false,
    class: 'bad-request',
    message: expect.stringMatching(
      /certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\); .*NODE_EXTRA_CA_CERTS=FILE/,
    ),
  });
});

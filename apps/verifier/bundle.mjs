// Makes the script of the page /verify: what the command `vitrine verify` does, for a browser.   node apps/verifier/bundle.mjs
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '../..');
const built = (path) => join(root, 'dist', path);
const files = built('apps/verifier/node-files.js');

const bundle = await rolldown({
  input: built('apps/verifier/main.js'),
  platform: 'browser',
  treeshake: { moduleSideEffects: [{ test: /verifier|ed25519/, sideEffects: true }] },
  resolve: {
    alias: {
      '#event-store': built('libs/event-store/envelope.js'),
      'node:crypto': built('apps/verifier/node-crypto.js'),
      'node:fs': files,
      'node:fs/promises': files,
      'node:path': files,
      buffer: join(root, 'node_modules/buffer/index.js'),
    },
  },
  transform: { inject: { Buffer: ['buffer', 'Buffer'] } },
});
await bundle.write({ file: built('apps/verifier/verify.bundle.js'), format: 'esm', minify: true, sourcemap: false });
await bundle.close();

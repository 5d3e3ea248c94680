// Test vectors of the log, computed from the definitions (RFC 6962, RFC 8785, C2SP), independently of the code that they test.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { canonicalize } from 'json-canonicalize';

const sizes = [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000];
const sha256 = (...parts) => parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();
const leafHash = (leaf) => sha256(Buffer.of(0), leaf);

export function makeVectors() {
  const name = 'city.example/log';
  const seed = Buffer.alloc(32, 0x2a);
  const { vkey, id, privateKey } = makeKey(name, seed);
  const salt = Buffer.alloc(32, 0x5a);
  const part = canonicalize({ name: { fr: 'Assistant des démarches', nl: 'Chatbot' }, 'a"b': [1, true, null] });
  const commitment = sha256('vitrine/commit/v1\n', salt, part).toString('hex');
  const leaf = canonicalize({
    format: 'vitrine/envelope/v1',
    origin: 'city.example',
    id: '01930000-0000-7000-8000-000000000001',
    organisation: 'urn:vitrine:org:local:city',
    system: 'urn:vitrine:sys:local:city:chatbot',
    streamVersion: 0,
    type: 'SystemRegistered',
    schemaVersion: 1,
    occurredAt: '2026-01-02',
    recordedAt: '2026-01-03T04:05:06.007Z',
    actor: { organisation: 'urn:vitrine:org:local:city', role: 'editor' },
    previous: null,
    parts: [{ role: 'content', commitment }],
  });
  const leaves = Array.from({ length: sizes.at(-1) }, (_, i) => leafHash(`leaf ${i}`));
  const trees = sizes.map((size) => ({ size, root: treeHash(leaves.slice(0, size)).toString('base64') }));
  const text = `${name}\n257\n${trees.find(({ size }) => size === 257).root}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64');
  return {
    key: { name, seed: seed.toString('hex'), vkey },
    commitment: { salt: salt.toString('hex'), part, commitment },
    leaf: { leaf, previous: sha256(leaf).toString('hex'), leafHash: leafHash(leaf).toString('hex') },
    trees,
    checkpoint: `${text}\n— ${name} ${signature}\n`,
  };
}

function treeHash(hashes) {
  if (hashes.length === 0) return sha256('');
  if (hashes.length === 1) return hashes[0];
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(Buffer.of(1), treeHash(hashes.slice(0, split)), treeHash(hashes.slice(split)));
}

/** An Ed25519 key from its seed, and its verifier key: name+hash+base64(0x01 || public key). */
function makeKey(name, seed) {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const typed = Buffer.concat([Buffer.of(1), publicKey]);
  const id = sha256(`${name}\n`, typed).subarray(0, 4);
  return { vkey: `${name}+${id.toString('hex')}+${typed.toString('base64')}`, id, privateKey };
}

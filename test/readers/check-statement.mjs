// biome-ignore-all format: it is meant to be short.
// A third party's check of a statement about a duty, or of a decision receipt, offline, with nothing but Node: node check-statement.mjs FILE VKEY
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [file, vkey] = process.argv.slice(2);
const { note, duty, record, duties, events } = JSON.parse(readFileSync(file, 'utf8'));
const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const need = (holds, what) => { if (!holds) throw new Error(`refused: ${what}`); };
/** RFC 8785, as far as these files need it: members in order. */
const inOrder = (_, value) => (value?.constructor === Object ? Object.fromEntries(Object.entries(value).sort()) : value);
const [name, , ...rest] = vkey.split('+');
const raw = Buffer.from(rest.join('+'), 'base64').subarray(1).toString('base64url');
const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
/** The text of a signed note (c2sp.org/signed-note), if the key signed it. */
function open(bytes) {
  const end = bytes.lastIndexOf('\n\n');
  const text = bytes.slice(0, end + 1);
  const own = bytes.slice(end + 2).split('\n').filter((line) => line.startsWith(`— ${name} `));
  const isSigned = (line) => verify(null, Buffer.from(text), publicKey, Buffer.from(line.split(' ')[2], 'base64').subarray(4));
  need(own.some(isSigned), 'the signature does not hold');
  return text;
}
/** RFC 6962: the root of a tree that has this leaf at an index. */
function rootOf(leaf, at, size, hashes) {
  let [hash, index, last] = [sha('\0', leaf), at, size - 1];
  for (const sibling of hashes) {
    if (index % 2 === 1 || index === last) {
      hash = sha('\x01', sibling, hash);
      for (; index % 2 === 0 && index !== 0; index /= 2) last = Math.floor(last / 2);
    } else hash = sha('\x01', hash, sibling);
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return hash.toString('base64');
}
const said = open(note).trim().split('\n').map((line) => line.split(' '));
const [log, size, root, of, on, status, since, days, stood] = 'log size root duty on status since days record'.split(' ').map((word) => said.find(([key]) => key === word));
const hashOf = (value) => sha(JSON.stringify(value, inOrder)).toString('hex');
const isDecision = said[0][0] === 'vitrine/decision/v1';
const judged = said.filter(([word]) => word === 'duty');
if (isDecision) {
  need(stood[1] === hashOf(record), 'another record');
  need(judged.length === duties.length && judged.every((line, i) => line[3] === hashOf(duties[i])), 'other duties');
} else need(said[0][0] === 'vitrine/statement/v1' && of[3] === hashOf(duty), 'another duty');
const places = said.filter(([word]) => word === 'stream').flatMap(([, stream, count, head]) =>
  Array.from({ length: Number(count) }, (_, version) => ({ stream, version, head: version === count - 1 && head })));
need(places.length === events.length, 'not all events are there');
let previous = null;
for (const [i, { receipt, payload }] of events.entries()) {
  const [proof, ...checkpoint] = receipt.split('\n\n');
  const [, extra, index, ...hashes] = proof.split('\n');
  const leaf = Buffer.from(extra.split(' ')[1], 'base64');
  need(open(checkpoint.join('\n\n')) === `${log[1]}\n${size[1]}\n${root[1]}\n`, 'another state of the log');
  const found = rootOf(leaf, Number(index.split(' ')[1]), Number(size[1]), hashes.map((line) => Buffer.from(line, 'base64')));
  need(found === root[1], `event ${i} is not in the log`);
  const { stream, version, head } = places[i];
  const envelope = JSON.parse(leaf);
  need((envelope.system ?? envelope.organisation) === stream && envelope.previous === (version === 0 ? null : previous), `event ${i} is another one`);
  previous = sha(leaf).toString('hex');
  need(!head || head === previous, `${stream} ends with another event`);
  need(typeof payload === 'string', `content of event ${i}`);
  for (const line of payload.split('\n').filter(Boolean)) {
    const [, at, part, salt, body] = /^\{"index":(\d+),"part":"(\w+)","salt":"(\w+)","payload":(.*)\}$/.exec(line) ?? [];
    need(at === index.split(' ')[1], `content of event ${i}`);
    need(envelope.parts.some(({ commitment }) => commitment === sha('vitrine/commit/v1\n', Buffer.from(salt, 'hex'), body).toString('hex')), `${part} of event ${i}`);
  }
}
if (isDecision) console.log(`${record.id} on ${on[1]}: ${record.status}, ${judged.length} duties`);
else console.log(`${of[1]} on ${on[1]}: ${status[1]}, for ${days[1]} days, since ${since[1]}`);

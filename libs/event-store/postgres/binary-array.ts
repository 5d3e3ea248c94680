/**
 * Encodes an array of texts or bytes in PostgreSQL's binary form (array_recv: dimensions, whether any is NULL, the type of the elements,
 * length and lower bound, then each element with its length). node-postgres sends a Buffer unchanged. This is cheaper than an array literal
 * on both sides: nothing is quoted or scanned for quotes.
 */
export function binaryArray(elements: string[] | Buffer[]): Buffer | string {
  if (elements.length === 0) return '{}';
  const lengths = elements.map((element) => Buffer.byteLength(element));
  const array = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, headBytes));
  array.writeInt32BE(1, 0);
  array.writeInt32BE(0, 4);
  array.writeInt32BE(typeof elements[0] === 'string' ? textOid : byteaOid, 8);
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let at = headBytes;
  elements.forEach((element, i) => {
    at = array.writeInt32BE(lengths[i]!, at);
    at += typeof element === 'string' ? array.write(element, at) : element.copy(array, at);
  });
  return array;
}

const headBytes = 20;
const byteaOid = 17;
const textOid = 25;

import { hash } from 'node:crypto';
import { type Envelope, toLeaf } from '#event-store';

type AddFault = (where: string, what: string) => void;

/** Checks that every envelope is canonical, of this register, and continues its stream. */
export class StreamCheck {
  #heads = new Map<string, { version: number; hash: string }>();

  constructor(
    private readonly origin: string,
    private readonly fault: AddFault,
  ) {}

  check(index: number, leaf: string): Envelope | undefined {
    const wrong = (what: string) => this.fault(`entry ${index}`, what);
    const envelope = parseEnvelope(leaf);
    if (!envelope) {
      wrong('This is not the canonical JSON of an envelope.');
      return undefined;
    }
    if (envelope.origin !== this.origin) wrong(`It is of the register ${envelope.origin}, not ${this.origin}.`);
    const stream = envelope.system ?? envelope.organisation;
    const head = this.#heads.get(stream) ?? { version: -1, hash: null };
    if (envelope.streamVersion !== head.version + 1)
      wrong(`It is event ${envelope.streamVersion} of ${stream}; event ${head.version + 1} should follow.`);
    else if (envelope.previous !== head.hash) wrong(`It does not name the event of ${stream} before it.`);
    this.#heads.set(stream, { version: envelope.streamVersion, hash: hash('sha256', leaf, 'hex') });
    return envelope;
  }
}

function parseEnvelope(leaf: string): Envelope | undefined {
  try {
    const envelope = JSON.parse(leaf) as Envelope;
    return envelope.format === 'vitrine/envelope/v1' && toLeaf(envelope) === leaf ? envelope : undefined;
  } catch {
    return undefined;
  }
}

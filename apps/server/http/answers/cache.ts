import { createHash } from 'node:crypto';
import { LeastRecentlyUsed } from '../lru.js';

/** What an answer is true for: the sequence of the last event applied, and the day (UTC), because some answers are about today. */
export type Epoch = string;

/** An answer as bytes, with its headers. `encoded`: its compressed forms, made when they are first asked for. */
export type Answer = {
  headers: Record<string, string>;
  /** The headers with the content length, names and values in turn: the form that Node writes fastest. */
  written: string[];
  tag: string;
  bytes: Buffer;
  encoded: Map<string, Buffer>;
};

const limits = {
  most: 20_000,
  room: 32 * 1024 * 1024,
  /** The bytes of an answer, about as much for their compressed forms, and what an answer takes besides. */
  cost: ({ bytes }: Answer, key: string) => 2 * (bytes.length + key.length) + 5000,
};
/** How long identical requests wait for the answer to the first. */
const mostJoinedMilliseconds = 1000;

/**
 * Answers by request, for one epoch. An answer changes only when an event is applied, so a repeated request is answered from memory. A new epoch
 * clears the cache. Identical requests at the same time are answered once.
 */
export class AnswerCache {
  #epoch: Epoch = '';
  #answers = new LeastRecentlyUsed<Answer>(limits);
  #underWay = new Map<string, Promise<void>>();

  get(epoch: Epoch | undefined, key: string): Answer | undefined {
    return epoch === this.#epoch ? this.#answers.get(key) : undefined;
  }

  set(epoch: Epoch, key: string, answer: Answer): void {
    if (epoch !== this.#epoch) this.#clear(epoch);
    this.#answers.set(key, answer);
  }

  /**
   * The first of identical requests must call `settle` when there is an answer or will be none; the others wait for that. They do not wait long,
   * whatever happens to the first: its connection may be cut off in any state.
   */
  join(key: string): { isFirst: true; settle: () => void } | { isFirst: false; done: Promise<void> } {
    const done = this.#underWay.get(key);
    if (done) return { isFirst: false, done };
    let settle = () => {};
    const own = new Promise<void>((resolve) => {
      const timer = setTimeout(() => settle(), mostJoinedMilliseconds).unref();
      settle = () => {
        clearTimeout(timer);
        if (this.#underWay.get(key) === own) this.#underWay.delete(key);
        resolve();
      };
    });
    this.#underWay.set(key, own);
    return { isFirst: true, settle };
  }

  /** Drops all answers, whatever the epoch. */
  forget(): void {
    this.#clear('');
  }

  #clear(epoch: Epoch): void {
    this.#epoch = epoch;
    this.#answers.clear();
  }
}

/** An answer with its own headers and those that state for which position it is true. */
export function toAnswer(made: Record<string, string>, position: number, epoch: Epoch, body: string | Buffer): Answer {
  const bytes = Buffer.from(body as string);
  const tag = tagOf(epoch, bytes);
  const headers = {
    ...made,
    etag: tag,
    'vitrine-log-position': String(position),
    'cache-control': 'no-cache',
    vary: 'Accept, Accept-Encoding',
  };
  const written = [...Object.entries(headers).flat(), 'content-length', String(bytes.length)];
  return { headers, written, tag, bytes, encoded: new Map() };
}

/** A weak tag, the same for every encoding of an answer. It begins with the sequence, so that a client can read it. */
function tagOf(epoch: Epoch, bytes: Buffer): string {
  return `W/"${epoch}-${createHash('sha1').update(bytes).digest('base64url').slice(0, 12)}"`;
}

import { createHash } from 'node:crypto';
import { LeastRecentlyUsed } from '../lru.js';

/** For which last event taken, by its sequence, and which day (UTC: some answers are about today) an answer is true. */
export type Epoch = string;

/** An answer as bytes, with the headers that belong to it. `encoded`: its bytes compressed, once somebody wanted them so. */
export type Answer = {
  headers: Record<string, string>;
  /** The same with the length, name and value in turn, as Node writes them fastest. */
  written: string[];
  tag: string;
  bytes: Buffer;
  encoded: Map<string, Buffer>;
};

const limits = {
  most: 20_000,
  room: 32 * 1024 * 1024,
  /** What an answer takes besides its bytes, and its bytes compressed. */
  cost: ({ bytes }: Answer, key: string) => 2 * (bytes.length + key.length) + 5000,
};
/** So long the same question waits for the answer to the first. */
const mostJoinedMilliseconds = 1000;

/**
 * Answers by request, for one epoch: an answer changes only when an event is taken, so what was answered once is answered again
 * from memory. When the epoch changes all of it goes. What is being answered is answered once, however many ask meanwhile.
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
   * Whoever asks what nobody else is asking just now is the first, and calls `settle` when there is an answer or will be none. All
   * others wait for that; not for long, however the first ends: its connection may be cut off in any state.
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

  /** Nothing of it is true any more, whatever the epoch. */
  forget(): void {
    this.#clear('');
  }

  #clear(epoch: Epoch): void {
    this.#epoch = epoch;
    this.#answers.clear();
  }
}

/** An answer with the headers that it was made with and those that say for which position it is true. */
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

/** Weak: the same answer, in whatever encoding. The sequence stands in front, so that a client can read it off. */
function tagOf(epoch: Epoch, bytes: Buffer): string {
  return `W/"${epoch}-${createHash('sha1').update(bytes).digest('base64url').slice(0, 12)}"`;
}

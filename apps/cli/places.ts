import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCheckpoint, parseNote, type ReadFile, readIfThere } from '#log';

const maxTries = 3;
/** How large a file of a log can be, by its path: whoever serves it is not trusted. */
const maxBytes: [RegExp, number][] = [
  [/^tile\/\d/, 256 * 32],
  [/^tile\/entries/, 256 * (2 + 65_535)],
  [/^payload\//, 256 * (262_144 + 2 * 200)],
  [/./, 65_536],
];

/** The files of a log, from the URL of a register or mirror, or from a folder: the log itself, or one that holds it as `log`. */
export function openPlace(place: string): ReadFile {
  return /^https?:/.test(place) ? fromUrl(place) : fromFolder(place);
}

/** The folder itself, for a place that is one. */
export function folderOf(place: string): string | undefined {
  if (/^https?:/.test(place)) return undefined;
  return existsSync(join(place, 'log')) ? join(place, 'log') : place;
}

function fromFolder(folder: string): ReadFile {
  return (path) => readIfThere(join(folderOf(folder)!, path));
}

function fromUrl(url: string): ReadFile {
  const prefix = url.replace(/\/+$/, '').replace(/(\/log)?$/, '/log');
  return async (path) => {
    const url = `${prefix}/${path}`;
    const limit = maxBytes.find(([form]) => form.test(path))![1];
    // A line that breaks, or a server that is busy, gets three tries.
    for (let tries = 1; ; tries++) {
      try {
        return await download(url, limit);
      } catch (error) {
        if (error instanceof Final || tries === maxTries) throw error;
      }
      await sleep(tries * 500);
    }
  };
}

/** An error that another try would not change. */
class Final extends Error {}

async function download(url: string, limit: number): Promise<Buffer | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) throw new (response.status < 500 ? Final : Error)(`${url} answers ${response.status}.`);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) throw new Final(`${url} is too large to be this file of a log.`);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof Final) throw error;
    const { message, cause } = error as Error;
    throw new Error(`${url} cannot be read: ${(cause as Error | undefined)?.message ?? message}`);
  }
}

/** The name of the log in a place; undefined if there is none that can be read. */
export async function readOrigin(read: ReadFile): Promise<string | undefined> {
  try {
    return parseCheckpoint(parseNote((await read('checkpoint')) ?? Buffer.alloc(0)).text).origin;
  } catch (error) {
    if (error instanceof Error && error.name === 'LogError') return undefined;
    throw error;
  }
}

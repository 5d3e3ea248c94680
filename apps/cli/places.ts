import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCheckpoint, parseNote, type ReadFile, readIfThere } from '#log';

const maxTries = 3;
const maxFileBytes = 64 * 1024 * 1024;

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
    const response = await patiently(`${prefix}/${path}`);
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw new Error(`${prefix}/${path} answers ${response.status}.`);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (bytes.length > maxFileBytes) throw new Error(`${prefix}/${path} is too large to be a file of a log.`);
    return bytes;
  };
}

/** A line that breaks, or a server that is busy, gets three tries. */
async function patiently(url: string): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
      if (tries < maxTries) return undefined;
      throw new Error(`${url} cannot be read: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    });
    if (response && (response.ok || response.status < 500 || tries === maxTries)) return response;
    await response?.body?.cancel();
    await sleep(tries * 500);
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

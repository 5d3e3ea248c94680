import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogError, logFilesIn, maxLogFileBytes, parseCheckpoint, parseNote, type ReadFile } from '#log';

const maxTries = 3;
const maxRedirects = 5;

/** Reads the files of a log from the URL of a register or mirror, or from a folder: the log itself, or one that contains it as `log`. */
export function openPlace(place: string): ReadFile {
  return /^https?:/.test(place) ? fromUrl(place) : logFilesIn(folderOf(place)!);
}

/** The folder of the log, if the place is a folder; undefined for a URL. */
export function folderOf(place: string): string | undefined {
  if (/^https?:/.test(place)) return undefined;
  return existsSync(join(place, 'log')) ? join(place, 'log') : place;
}

function fromUrl(url: string): ReadFile {
  const prefix = url.replace(/\/+$/, '').replace(/(\/log)?$/, '/log');
  return async (path) => {
    const url = `${prefix}/${path}`;
    // Broken connections and server errors (5xx) are retried: three attempts in all.
    for (let tries = 1; ; tries++) {
      try {
        return await download(url, maxLogFileBytes(path));
      } catch (error) {
        if (error instanceof Final || error instanceof LogError || tries === maxTries) throw error;
      }
      await sleep(tries * 500);
    }
  };
}

/** An error that is not worth a retry. */
class Final extends Error {}

/**
 * Downloads a file; undefined if there is none (404, 410). Throws an Error that says what is wrong: any other error status, more than `limit`
 * bytes, or a redirect away from the host that was named.
 */
export async function download(url: string, limit: number): Promise<Buffer | undefined> {
  try {
    const response = await follow(url, AbortSignal.timeout(60_000));
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
      if (length > limit) throw new LogError('FILE_REFUSED', `${url} is too large to be this file of a log.`);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof Final || error instanceof LogError) throw error;
    const { message, cause } = error as Error;
    throw new Error(`${url} cannot be read: ${(cause as Error | undefined)?.message ?? message}`);
  }
}

/** Follows redirects within the same origin, and from http to https on the same host. */
async function follow(url: string, signal: AbortSignal): Promise<Response> {
  let at = new URL(url);
  for (let count = 0; count <= maxRedirects; count++) {
    const response = await fetch(at, { redirect: 'manual', signal });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    const to = new URL(location, at);
    const isUpgrade = at.protocol === 'http:' && at.port === '' && to.protocol === 'https:' && to.port === '';
    if (to.hostname !== at.hostname || (to.origin !== at.origin && !isUpgrade))
      throw new Final(`${url} leads to ${to.origin}, which is another place than was named. If you trust it, name it.`);
    at = to;
  }
  throw new Final(`${url} leads from one address to the next, without end.`);
}

/** The name of the log in a place; undefined if it has no readable checkpoint. */
export async function readOrigin(read: ReadFile): Promise<string | undefined> {
  try {
    return parseCheckpoint(parseNote((await read('checkpoint')) ?? Buffer.alloc(0)).text).origin;
  } catch (error) {
    if (error instanceof Error && error.name === 'LogError') return undefined;
    throw error;
  }
}

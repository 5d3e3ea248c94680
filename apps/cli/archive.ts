import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArchive } from '#exports';
import { parseCheckpoint, parseNote, readIfThere } from '#log';
import { readErasuresAfter } from '#projections';
import { showProgress } from './progress.js';
import { waitUntilPublished } from './published.js';
import { chosenLicence, settings, withPublishingRegister } from './settings.js';

/** Writes the whole register, as of the newest signed checkpoint, as files that can be read and verified without a server. */
export function archive(folder: string, { language }: { language: string }): Promise<void> {
  return withPublishingRegister(async (register) => {
    if ((await readdir(folder).catch(() => [])).length > 0)
      throw new Error(`${folder} is not empty. Name a new folder.`);
    const head = await register.store.head();
    if (head < 0) throw new Error('The register is empty: there is nothing to archive.');
    await register.projected.waitUntil(head, 60_000);
    await waitUntilPublished(register, head + 1);
    await mkdir(folder, { recursive: true });
    // The archive is as of this checkpoint, because the log may grow during the copy.
    const note = await readIfThere(join(settings.home, 'public/log/checkpoint'));
    await cp(join(settings.home, 'public/log'), join(folder, 'log'), { recursive: true });
    await writeFile(join(folder, 'log/checkpoint'), note!);
    const at = parseCheckpoint(parseNote(note!).text).size - 1;
    await register.projected.waitUntil(at, 60_000);
    let progress = showProgress('');
    let shown = '';
    await writeArchive(register.exporting, folder, {
      origin: register.origin,
      licence: chosenLicence(),
      at,
      language,
      onStep: (what, done, total) => {
        if (what !== shown) progress = showProgress(what);
        shown = what;
        progress.at(done, total);
      },
    });
    progress.end();
    const erased = (await readErasuresAfter(register.pool, at)).some(({ eventPosition }) => eventPosition <= at);
    if (erased) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(
        'Something was erased by law in the meantime, so the archive was removed. Run the command again.',
      );
    }
    console.log(
      `The register up to event ${at} is in ${folder}. Open ${join(folder, 'index.html')}; check it with: vitrine verify ${folder}`,
    );
  });
}

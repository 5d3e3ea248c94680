import { ownIntake, rebuild } from '#projections';
import { showProgress } from './progress.js';
import { openDatabase, openRegister } from './settings.js';

/** Rebuilds all read models and swaps them in. The register may run meanwhile. */
export async function rebuildReadModels(): Promise<void> {
  const { database, close } = await openDatabase(false);
  try {
    const register = await openRegister(database);
    try {
      const begun = Date.now();
      const bar = showProgress('Events', (await register.store.head()) + 1);
      const { position } = await rebuild(database, ownIntake(register.store), (done) => bar.at(done + 1));
      bar.end();
      console.log(
        `Read models are rebuilt up to log position ${position} (${((Date.now() - begun) / 1000).toFixed(1)} s).`,
      );
    } finally {
      await register.close();
    }
  } finally {
    await close();
  }
}

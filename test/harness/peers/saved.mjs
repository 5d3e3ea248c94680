// node saved.mjs STATE_FOLDER: the members that ldes-client has saved as emitted, one per line.
import { Level } from 'level';

const db = new Level(process.argv[2]);
for await (const id of db.sublevel('emitted', { valueEncoding: 'json' }).keys()) console.log(id);
await db.close();

// The register for npm run bench api, with and without its cache:  node api-server.js DATABASE PORT COLD_PORT
import { createServer, Register } from '#server';

const [database, port, coldPort] = process.argv.slice(2) as [string, string, string];
const register = await Register.open({ database: JSON.parse(database), origin: 'bench.example', projecting: true });
await (await createServer(register)).listen(Number(port), '127.0.0.1');
await (await createServer(register, { remember: false })).listen(Number(coldPort), '127.0.0.1');
console.log('ready');

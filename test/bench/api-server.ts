// A server of its own for npm run bench api:  node api-server.js DATABASE PORT REMEMBER
import { createServer, Register } from '#server';

const [database, port, remember] = process.argv.slice(2) as [string, string, string];
const register = await Register.open({ database: JSON.parse(database), origin: 'bench.example', projecting: true });
const app = await createServer(register, { remember: remember === 'true' });
await app.listen(Number(port), '127.0.0.1');
console.log('ready');

// The dependency rule: import only from your left. Last come the apps.
const order = [
  'domain',
  'event-store',
  'commands',
  'log',
  'projections',
  'standards',
  'exports',
  'imports',
  'federation',
];
// The rooms of the server, by the same rule.
const rooms = ['register', 'http', 'portal', 'open-data', 'api'];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: '[.]spec[.]ts$|/given[.]ts$' },
      to: { pathNot: '^libs/domain/' },
    },
    ...order.map((lib, i) => ({
      name: `${lib}-imports-only-from-its-left`,
      severity: 'error',
      from: { path: `^libs/${lib}/`, pathNot: '[.]spec[.]ts$|/contract[.]ts$' },
      to: { path: `^(apps|test)/|^libs/(${order.slice(i + 1).join('|') || 'none'})/` },
    })),
    ...rooms.map((room, i) => ({
      name: `server-${room}-imports-only-from-its-left`,
      severity: 'error',
      from: { path: `^apps/server/${room}/` },
      to: { path: `^apps/server/([^/]+$|(${rooms.slice(i + 1).join('|') || 'none'})/)` },
    })),
    {
      name: 'nest-stays-in-the-apps',
      severity: 'error',
      from: { path: '^libs/', pathNot: '[.]module[.]ts$' },
      to: { path: 'node_modules/@nestjs' },
    },
    { name: 'server-knows-no-cli', severity: 'error', from: { path: '^apps/server/' }, to: { path: '^apps/cli/' } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: 'dist/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The benchmark's peer has packages of its own.
    exclude: { path: '^dist/|^test/(bench/postgraphile|harness/peers)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      conditionNames: ['source', 'import', 'node', 'default'],
    },
  },
};

/** Tests run as compiled (`npm test` compiles first): what is tested is what runs. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist'],
  testMatch: ['**/*.spec.js'],
  transform: {},
  globalSetup: '<rootDir>/test/setup/start-postgres.mjs',
  globalTeardown: '<rootDir>/test/setup/stop-postgres.mjs',
  // Nothing here waits for seconds to pass; a machine that has much else to do takes its time.
  testTimeout: 300_000,
  maxWorkers: 2,
};

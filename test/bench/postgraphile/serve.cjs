// PostGraphile 4 over the tables of npm run bench api:  node serve.cjs URL SCHEMA PORT
const http = require('node:http');
const { postgraphile } = require('postgraphile');

const [url, schema, port] = process.argv.slice(2);
const middleware = postgraphile({ ...JSON.parse(url), max: 8 }, schema, {
  graphiql: false,
  disableQueryLog: true,
  dynamicJson: true,
  enableQueryBatching: false,
});
http.createServer(middleware).listen(Number(port), '127.0.0.1', () => console.log('ready'));

'use strict';

// Publicly known faulty releases of CORS middleware, and the releases that mend
// them, each before the same small application and configured as its manual says:
// two origins may read. Of Express it is the regular expression of the manual that
// is at fault: example.com and its subdomains may read.
//
//   node server.js fastify-mended
//
//   GET  /       a text
//   GET  /items  a list, as JSON, that a browser may keep for a minute
//
// All else is not found.

const [name] = process.argv.slice(2);

const ALLOWED = ['https://app.example.com', 'https://admin.example.com'];
const HEADERS = {'Cache-Control': 'max-age=60'};

async function fastify(cors, listen) {
  const app = require('fastify')();
  await app.register(cors, {
    delegator: (request, decide) => {
      const {origin} = request.headers;
      decide(null, {origin: ALLOWED.includes(origin) ? origin : false, methods: ['GET', 'HEAD', 'POST'], allowedHeaders: []});
    },
  });
  app.get('/', (request, reply) => reply.type('text/plain').send('ready\n'));
  app.get('/items', (request, reply) => reply.headers(HEADERS).send([]));
  await app.listen({port: 0, host: '127.0.0.1'});
  listen(app.server);
}

function hono({Hono}, {cors}, {serve}, listen) {
  const app = new Hono();
  app.use('*', cors({origin: ALLOWED, allowMethods: ['GET', 'HEAD', 'POST'], allowHeaders: ['X-Token']}));
  app.get('/', (c) => c.text('ready\n'));
  app.get('/items', (c) => c.json([], 200, HEADERS));
  listen(serve({fetch: app.fetch, port: 0, hostname: '127.0.0.1'}));
}

function express(origin, listen) {
  const app = require('express')();
  app.use(require('cors')({origin, methods: ['GET', 'HEAD', 'POST'], allowedHeaders: []}));
  app.get('/', (request, response) => response.type('text/plain').send('ready\n'));
  app.get('/items', (request, response) => response.set(HEADERS).send([]));
  listen(app.listen(0, '127.0.0.1'));
}

const versions = {
  'express': (listen) => express(/example\.com$/, listen),
  'express-mended': (listen) => express(/^https:\/\/([a-z0-9-]+\.)*example\.com$/, listen),
  'fastify': (listen) => fastify(require('@fastify/cors'), listen),
  'fastify-mended': (listen) => fastify(require('@fastify/cors-mended'), listen),
  'hono': async (listen) => hono(await import('hono'), await import('hono/cors'), await import('@hono/node-server'), listen),
  'hono-mended': async (listen) => hono(await import('hono-mended'), await import('hono-mended/cors'), await import('@hono/node-server'), listen),
};

if (!(name in versions)) {
  console.error(`server.js: no version ${name}; there are ${Object.keys(versions).join(', ')}`);
  process.exit(2);
}
versions[name]((server) => {
  const ready = () => console.log(JSON.stringify({listening: server.address().port}));
  if (server.listening) ready();
  else server.on('listening', ready);
});

// Whoever started this process holds its standard input: when they are gone, so is it.
process.stdin.on('end', () => process.exit()).on('error', () => process.exit()).resume();

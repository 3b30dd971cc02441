'use strict';

// One small application, on each of four frameworks with its CORS middleware.
//
//   node server.js express '{origin: "https://app.example.com"}'
//
// The second word is the middleware's options, as an expression of JavaScript:
// what a reader is shown is what runs.
//
//   GET                        /           a text
//   GET POST PUT PATCH DELETE  /items/:id  an item, as JSON, that a browser may keep for a minute
//   GET                        /failing    an error: 500
//
// All else is not found. GET routes answer HEAD too. Nothing in it knows of CORS.

const [framework, source] = process.argv.slice(2);
const options = (0, eval)('(' + source + ')');

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const HEADERS = {'Cache-Control': 'max-age=60', 'X-Total-Count': '3', 'X-Internal': '1'};
const failure = () => new Error('this fails, as it should');

const frameworks = {
  express(listen) {
    const express = require('express');
    const cors = require('cors');
    const app = express();
    app.use(cors(options));
    app.get('/', (req, res) => res.type('text').send('ready\n'));
    for (const method of METHODS) {
      app[method]('/items/:id', (req, res) => res.set(HEADERS).json({id: req.params.id, method: req.method}));
    }
    app.get('/failing', () => { throw failure(); });
    listen(app.listen(0, '127.0.0.1'));
  },

  async fastify(listen) {
    const fastify = require('fastify');
    const cors = require('@fastify/cors');
    const app = fastify();
    await app.register(cors, options);
    app.get('/', (request, reply) => reply.type('text/plain').send('ready\n'));
    app.route({
      method: METHODS.map((method) => method.toUpperCase()), url: '/items/:id',
      handler: (request, reply) => reply.headers(HEADERS).send({id: request.params.id, method: request.method}),
    });
    app.get('/failing', () => { throw failure(); });
    await app.listen({port: 0, host: '127.0.0.1'});
    listen(app.server);
  },

  async hono(listen) {
    const {Hono} = await import('hono');
    const {cors} = await import('hono/cors');
    const {serve} = await import('@hono/node-server');
    const app = new Hono();
    app.use('*', cors(options));
    app.get('/', (c) => c.text('ready\n'));
    app.on(METHODS.map((method) => method.toUpperCase()), '/items/:id',
      (c) => c.json({id: c.req.param('id'), method: c.req.method}, 200, HEADERS));
    app.get('/failing', () => { throw failure(); });
    listen(serve({fetch: app.fetch, port: 0, hostname: '127.0.0.1'}));
  },

  koa(listen) {
    const Koa = require('koa');
    const cors = require('@koa/cors');
    const {Router} = require('@koa/router');
    const app = new Koa();
    app.silent = true;
    app.use(cors(options));
    const router = new Router();
    router.get('/', (ctx) => { ctx.body = 'ready\n'; });
    for (const method of METHODS) {
      router[method]('/items/:id', (ctx) => {
        ctx.set(HEADERS);
        ctx.body = {id: ctx.params.id, method: ctx.method};
      });
    }
    router.get('/failing', () => { throw failure(); });
    app.use(router.routes()).use(router.allowedMethods());
    listen(app.listen(0, '127.0.0.1'));
  },
};

if (!(framework in frameworks)) {
  console.error(`server.js: no framework ${framework}; there are ${Object.keys(frameworks).join(', ')}`);
  process.exit(2);
}
frameworks[framework]((server) => {
  const ready = () => console.log(JSON.stringify({listening: server.address().port}));
  if (server.listening) ready();
  else server.on('listening', ready);
});

// Whoever started this process holds its standard input: when they are gone, so is it.
process.stdin.on('end', () => process.exit()).on('error', () => process.exit()).resume();

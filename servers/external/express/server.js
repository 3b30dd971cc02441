'use strict';

// CORS explained on Express: one route for each set-up, from none to all of it.
//
//   node server.js 5      Express 5
//   node server.js 4      Express 4: the same routes, one line differs (EVERY_PATH)
//
// A route's name says how it answers. "app" below is https://app.site.test, the one origin
// that most set-ups allow; "port" is https://app.site.test:8443, the second of the allow-lists.
//
//   GET  /without-cors               no CORS headers at all
//   GET  /with-cors                  cors(): every origin may read ("*")
//   GET  /products/:id               cors({origin: 'app'}): one origin
//
//   allow-lists (app and port); each also takes PUT, with its preflight
//   *    /allow-list/array           cors({origin: [...]}): the gentle way, a stranger gets no permission
//   *    /allow-list/function        calls back with an Error: a stranger gets a 500 without CORS headers
//   *    /allow-list/quiet-function  calls back with false: a stranger gets the answer, without CORS headers
//
//   preflights
//   *    /preflighted                PUT, DELETE and app.options('/preflighted', cors()): on one route
//   PUT  /not-preflighted            PUT with cors(), but nobody answers OPTIONS for it: Express does, without CORS
//   PUT  /preflight-only             app.options(..., cors()), but cors() is missing on the PUT itself
//   *    /strict                     only PUT, PATCH and the headers Content-Type, X-Token; may be cached for 10 minutes
//   *    /notes                      POST of a JSON body, which needs a preflight; answers 201 with what it got
//   *    /every-path/...             a preflight answer on all routes: app.options('*', cors()) in Express 4,
//                                    app.options('/{*splat}', cors()) in Express 5
//     PUT  /every-path/items/:id       with cors()
//     PUT  /every-path/bare            without: the preflight passes, the answer itself can't be read
//   *    /everywhere/...             app.use(cors()): preflights, answers, 404s and errors, all of it
//     PUT  /everywhere/items/:id
//     GET  /everywhere/failing         throws: 500 that every origin can read
//
//   credentials
//   *    /account                    cors({origin: 'app', credentials: true}), also for PUT: the right way
//   *    /account-wildcard           cors({credentials: true}): "*" with credentials, which browsers refuse
//   *    /account-reflecting         cors({origin: true, credentials: true}): the dangerous cure, everyone may read
//
//   what script can see
//   GET  /orders                     X-Total-Count is exposed, X-Page is not
//   GET  /failing                    cors() and then an exception: Express keeps the headers, the 500 can be read
//   GET  /missing, any other path    404 without CORS headers
//
// GET routes answer HEAD too. All answers are small JSON objects.

const major = process.argv[2] ?? '5';
const packages = {5: 'express', 4: 'express4'};
if (!(major in packages)) {
  console.error(`server.js: Express ${major}? There is 5, and there is 4`);
  process.exit(2);
}
const express = require(packages[major]);
const cors = require('cors');

// The wildcard path is the one thing that changed between the two.
const EVERY_PATH = {5: '/{*splat}', 4: '*'}[major];

const APP = 'https://app.site.test';
const ALLOWED = [APP, 'https://app.site.test:8443'];

const app = express();

const reply = (name) => (req, res) => res.json({route: name, method: req.method});

// --- none, everyone, one ---------------------------------------------------------------

app.get('/without-cors', reply('without-cors'));

app.get('/with-cors', cors(), reply('with-cors'));

// The header is the same for every visitor: a stranger is told who may read, and it is not them.
app.get('/products/:id', cors({origin: APP}), (req, res) => {
  res.json({route: 'products', id: req.params.id});
});

// --- several: an allow-list ------------------------------------------------------------

const byArray = cors({origin: ALLOWED});

// The idiom of a thousand tutorials. A request without an Origin header (curl, a link, an
// image, the site's own GETs) has origin undefined: it is refused as well.
const byFunction = cors({
  origin(origin, callback) {
    if (ALLOWED.includes(origin)) {
      callback(null, true);
    } else {
      callback(new Error('Not allowed by CORS'));
    }
  },
});

// Saying no is not an error: the browser does the blocking.
const byQuietFunction = cors({
  origin(origin, callback) {
    callback(null, ALLOWED.includes(origin));
  },
});

for (const [path, allowed] of Object.entries({
  '/allow-list/array': byArray,
  '/allow-list/function': byFunction,
  '/allow-list/quiet-function': byQuietFunction,
})) {
  app.options(path, allowed);
  app.get(path, allowed, reply(path.slice(1)));
  app.put(path, allowed, reply(path.slice(1)));
}

// --- preflights ------------------------------------------------------------------------

// On one route: the same middleware, on OPTIONS.
app.options('/preflighted', cors());
app.get('/preflighted', cors(), reply('preflighted'));
app.put('/preflighted', cors(), reply('preflighted'));
app.delete('/preflighted', cors(), reply('preflighted'));

// Forgotten: Express answers OPTIONS by itself, 200 with "Allow: PUT", which says nothing of CORS.
app.put('/not-preflighted', cors(), reply('not-preflighted'));

// Half done: the preflight passes, so the PUT runs; then the page may not read its answer.
app.options('/preflight-only', cors());
app.put('/preflight-only', reply('preflight-only'));

// Permission for two methods and two headers, not for whatever was asked.
const strict = cors({
  origin: APP,
  methods: ['PUT', 'PATCH'],
  allowedHeaders: ['Content-Type', 'X-Token'],
  maxAge: 600,
});
app.options('/strict', strict);
app.all('/strict', strict, reply('strict'));

// A JSON body is what makes most real requests need a preflight.
app.options('/notes', cors());
app.post('/notes', cors(), express.json(), (req, res) => {
  res.status(201).json({route: 'notes', note: req.body});
});

// On all routes. An app of its own, so that it doesn't change the routes above.
const everyPath = express();
everyPath.options(EVERY_PATH, cors());
everyPath.put('/items/:id', cors(), reply('every-path/items'));
everyPath.put('/bare', reply('every-path/bare'));
app.use('/every-path', everyPath);

// The shortest way to all of it, and the one that also covers 404s and errors.
const everywhere = express();
everywhere.use(cors());
everywhere.put('/items/:id', reply('everywhere/items'));
everywhere.get('/failing', () => {
  throw new Error('everywhere/failing fails, as it should');
});
app.use('/everywhere', everywhere);

// --- credentials -----------------------------------------------------------------------

const account = (name) => (req, res) => {
  res.json({route: name, method: req.method, cookie: req.headers.cookie ?? null});
};

for (const [path, allowed] of Object.entries({
  '/account': cors({origin: APP, credentials: true}),
  '/account-wildcard': cors({credentials: true}),
  '/account-reflecting': cors({origin: true, credentials: true}),
})) {
  app.options(path, allowed);
  app.get(path, allowed, account(path.slice(1)));
  app.put(path, allowed, account(path.slice(1)));
}

// --- what script can see ---------------------------------------------------------------

app.get('/orders', cors({exposedHeaders: ['X-Total-Count']}), (req, res) => {
  res.set({'X-Total-Count': '3', 'X-Page': '1'});
  res.json({route: 'orders', orders: [1, 2, 3]});
});

app.get('/failing', cors(), () => {
  throw new Error('failing fails, as it should');
});

// --- listen ----------------------------------------------------------------------------

const server = app.listen(0, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(JSON.stringify({listening: server.address().port, express: major}));
});

// Whoever started this process holds its standard input: when they are gone, so is it.
process.stdin.on('end', () => process.exit()).on('error', () => process.exit()).resume();

// A path is answered so whatever its query is.
// npm install express
const express = require('express');

// https://api.other.test
const app = express();
app.disable('x-powered-by');

app.options('/start', (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.status(404).end();
});

app.all('/start', (req, res) => {
  res.set('Access-Control-Allow-Origin', '*');
  res.set('Location', 'https://api.third.test/next');
  res.status(302).end();
});

app.listen(3000);

// https://api.third.test
const app2 = express();
app2.disable('x-powered-by');

app2.options('/next', (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.status(404).end();
});

app2.all('/next', (req, res) => {
  res.set('Access-Control-Allow-Origin', '*');
  res.set('Location', '/last?a=$b');
  res.status(307).end();
});

app2.options('/last', (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.status(404).end();
});

app2.all('/last', (req, res) => {
  res.set('Access-Control-Allow-Origin', '*');
  res.status(200).end('tea');
});

app2.listen(3001);

// npm install express
const express = require('express');

// https://app.site.test
const app = express();
app.disable('x-powered-by');

app.options('/', (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.status(404).end();
});

app.all('/', (req, res) => {
  res.set('X-Empty', '');
  res.set('X-Spaces', '  a ');
  res.statusMessage = 'Gone fishing';
  res.status(404).end();
});

app.listen(3000);

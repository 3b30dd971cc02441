// npm install express
const express = require('express');

// https://api.other.test
const app = express();
app.disable('x-powered-by');

app.options('/', (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.status(404).end();
});

app.all('/', (req, res) => {
  res.set('Access-Control-Allow-Origin', '*');
  res.setHeader('Content-Type', 'text/plain;charset=utf-8'); // res.set() may add a charset
  res.status(200).end("corsproof: 'this is the response'\n");
});

app.listen(3000);

// npm install express
const express = require('express');

// https://api.other.test
const app = express();
app.disable('x-powered-by');

app.options('/a.js', (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.status(404).end();
});

app.all('/a.js', (req, res) => {
  res.set('Access-Control-Allow-Origin', '*');
  res.setHeader('Content-Type', 'text/javascript'); // res.set() may add a charset
  res.status(200).end("import 'https://api.other.test/dep.js';\n");
});

app.options('/dep.js', (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.status(404).end();
});

app.all('/dep.js', (req, res) => {
  res.set('Access-Control-Allow-Origin', '*');
  res.setHeader('Content-Type', 'text/javascript'); // res.set() may add a charset
  res.status(200).end("export default 'corsproof';\n");
});

app.listen(3000);

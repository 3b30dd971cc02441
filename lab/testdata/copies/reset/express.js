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
  req.socket.destroy();
});

app.listen(3000);

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
  setTimeout(() => {
    res.set('Access-Control-Allow-Origin', '*');
    res.status(200).write('half', () => req.socket.destroy());
  }, 20);
});

app.listen(3000);

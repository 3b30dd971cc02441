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
  req.socket.end('HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 3\r\nX: \xe9\'"$\r\n\r\ntea', 'latin1'); // byte for byte
});

app.listen(3000);

// npm install express cors
const express = require('express');
const cors = require('cors');

// https://api.other.test
const app = express();
app.disable('x-powered-by');

app.use(cors({
  origin: ['https://app.site.test'],
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['X-Token'],
  exposedHeaders: ['X-Total'],
  credentials: true,
  maxAge: 600,
}));

app.all('/', (req, res) => {
  res.set('X-Total', '7');
  res.setHeader('Content-Type', 'text/plain;charset=utf-8'); // res.set() may add a charset
  res.status(201).end("corsproof: 'this is the response'\n");
});

app.listen(3000);

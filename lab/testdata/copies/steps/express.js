// The case has 2 steps, and the servers answer otherwise from step to step: these answer as in the first.
// npm install express cors
const express = require('express');
const cors = require('cors');

// https://api.other.test
const app = express();
app.disable('x-powered-by');

app.use(cors({
  origin: '*',
  methods: ['GET', 'HEAD', 'POST'],
  allowedHeaders: [],
}));

app.all('/', (req, res) => {
  res.set('Cache-Control', 'max-age=60');
  res.setHeader('Content-Type', 'text/plain;charset=utf-8'); // res.set() may add a charset
  res.status(200).end("corsproof: 'this is the response'\n");
});

app.listen(3000);

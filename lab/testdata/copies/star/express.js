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
  res.setHeader('Content-Type', 'text/plain'); // res.set() may add a charset
  res.status(200).end('tea');
});

app.listen(3000);

// npm install express cors
const express = require('express');
const cors = require('cors');

// https://api.other.test
const app = express();
app.disable('x-powered-by');

// Careful: this lets in every site that asks, as the case does. A real server looks for the Origin in a list.
app.use(cors({
  origin: true,
  methods: ['GET', 'HEAD', 'POST', 'PATCH'],
  credentials: true,
}));

app.all('/', (req, res) => {
  res.setHeader('Content-Type', 'text/plain;charset=utf-8'); // res.set() may add a charset
  res.status(200).end("corsproof: 'this is the response'\n");
});

app.listen(3000);

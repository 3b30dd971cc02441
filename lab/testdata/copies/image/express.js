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
  res.setHeader('Content-Type', 'image/png'); // res.set() may add a charset
  res.status(200).end('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x01\x03\x00\x00\x00%\xdbV\xca\x00\x00\x00\x03PLTE\x00\x80\x00\x9c\xf9\xa5\x91\x00\x00\x00\x0eIDATx\x9cb`\x00\x04\x00\x00\xff\xff\x00\x02\x00\x01K\xbb)\x9f\x00\x00\x00\x00IEND\xaeB`\x82', 'latin1');
});

app.listen(3000);

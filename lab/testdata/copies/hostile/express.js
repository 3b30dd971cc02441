// npm install express
const express = require('express');

// https://api.other.test
const app = express();
app.disable('x-powered-by');

app.options(new RegExp("^/a'b%22c\\$d%7Be%7D\\(f\\)\\*;%20$"), (req, res, next) => {
  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight
  res.set('Access-Control-Allow-Origin', req.get('Origin') ?? '');
  res.set('Access-Control-Allow-Methods', req.get('Access-Control-Request-Method') ?? '');
  res.set('Access-Control-Allow-Headers', req.get('Access-Control-Request-Headers') ?? '');
  res.set('X-P', 'x\'"\\$(id)`;}' + (req.get('Access-Control-Request-Headers') ?? ''));
  res.status(204).end();
});

app.all(new RegExp("^/a'b%22c\\$d%7Be%7D\\(f\\)\\*;%20$"), (req, res) => {
  res.set('Access-Control-Allow-Origin', req.get('Origin') ?? '');
  res.set('Access-Control-Expose-Headers', '*');
  res.set('X-B', 'a\'b"c\\d$e;}#{x\tz ${http_origin} \\n // */ --> ' + (req.get('Access-Control-Request-Method') ?? ''));
  res.set('X-C', 'a\xe9b');
  res.set("x-$'`|~!#%&*+.^_", 'odd');
  res.setHeader('X-D', ['1', '2']);
  res.status(200).end('\'); process.exit(1); //\n"); panic(1) //\\\n${x} $y </script> ' + (req.get('Origin') ?? '') + '\xe9', 'latin1');
});

app.listen(3000);

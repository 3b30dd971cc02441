'use strict';

// A small API on Express, for pages of three other origins. cors.yaml says which.

const cors = require('cors');
const express = require('express');

const items = new Map([[1, {id: 1, name: 'Teapot', cents: 2900}], [2, {id: 2, name: 'Cup', cents: 700}]]);

const app = express();

// Before every route, so that a preflight, a 404 and a failure pass through it, too.
app.use(cors({
  origin: ['https://shop.example.com', 'https://admin.example.com:8443', 'https://partner.example.org'],
  methods: ['PUT', 'DELETE'],
  allowedHeaders: ['Content-Type', 'X-Token'],
  exposedHeaders: ['X-Total'],
  credentials: true,
  maxAge: 600,
}));

app.get('/items', (req, res) => {
  res.set('X-Total', String(items.size)).json([...items.values()]);
});

app.route('/items/:id')
  .get((req, res) => {
    const item = items.get(Number(req.params.id));
    if (item) {
      res.json(item);
    } else {
      res.status(404).json({problem: 'there is no such item'});
    }
  })
  .put(express.json(), (req, res) => {
    const item = {...req.body, id: Number(req.params.id)};
    items.set(item.id, item);
    res.json(item);
  })
  .delete((req, res) => {
    items.delete(Number(req.params.id));
    res.sendStatus(204);
  });

app.get('/failing', () => {
  throw new Error('failing fails, as it should');
});

app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log('http://127.0.0.1:' + (process.env.PORT ?? 3000));
});

'use strict';

// Takes the cors package away: node --require ./without-cors.js server.js
//
// Each cors(...) is then a middleware that does nothing, as if the line had been forgotten. It
// shows that a run notices: every scenario that needs a CORS header has to fail. To see it in
// a whole run, set NODE_OPTIONS=--require=/path/to/without-cors.js, the copy beside node_modules.

const path = require.resolve('cors');
require.cache[path] = {
  id: path,
  filename: path,
  loaded: true,
  exports: () => (req, res, next) => next(),
};

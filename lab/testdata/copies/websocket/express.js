// The answer opens a WebSocket, which takes a library.

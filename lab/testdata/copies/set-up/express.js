// The case asks a real server, express-cors, which corsproof brings along: its answers are nowhere written down.

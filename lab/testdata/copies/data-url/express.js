// The case needs no server: nothing goes over the wire.

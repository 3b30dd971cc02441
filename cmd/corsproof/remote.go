package main

// reach are the options that let browsers somewhere else reach the servers here.
type reach struct{ advertise, listen *string }

func reaching(f flags) reach {
	return reach{
		f.String("advertise", "", "the address (host or host:port) by which browsers somewhere else reach this machine; without it they are told where -listen is"),
		f.String("listen", "", "where the forward proxy for them listens (host or host:port); without it at the host of -advertise, or on loopback"),
	}
}

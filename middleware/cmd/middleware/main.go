// Command middleware puts one CORS policy after the other before CORS products
// of many kinds, each the latest release that resolves, and tells how each
// keeps it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/corsproof/corsproof/middleware"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

func run(ctx context.Context) error {
	everything := flag.Bool("install", false, "install the Node packages, and by apt-get the web servers that are missing")
	flag.Parse()
	return middleware.Install(ctx, os.Stderr, *everything)
}

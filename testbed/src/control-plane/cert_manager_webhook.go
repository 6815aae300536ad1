package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/cert-manager/cert-manager/internal/webhook"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

// runCertManagerWebhook is cert-manager's webhook with its own flags. Its main function is not
// published as a module, but all that it calls is.
func runCertManagerWebhook() int {
	config, err := options.NewWebhookConfiguration()
	if err != nil {
		return failed(err)
	}
	flags := pflag.NewFlagSet("cert-manager-webhook", pflag.ContinueOnError)
	options.AddConfigFlags(flags, config)
	if err := flags.Parse(os.Args[1:]); err != nil {
		return failed(err)
	}
	ctx, stop, err := certManagerContext(&config.Logging, "webhook")
	if err != nil {
		return failed(err)
	}
	defer stop()

	server, err := webhook.NewCertManagerWebhookServer(logf.FromContext(ctx), *config)
	if err != nil {
		return failed(err)
	}
	if err := server.Run(ctx); err != nil {
		return failed(err)
	}
	return 0
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "Error:", err)
	return 1
}

package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	logsapi "k8s.io/component-base/logs/api/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// certManagerContext sets the logs up as cert-manager's commands do and gives a context that ends at
// SIGINT or SIGTERM. The returned function must be called at the end; it writes out the last lines.
func certManagerContext(logging *logsapi.LoggingConfiguration, component string) (context.Context, func(), error) {
	logf.InitLogs()
	if err := logf.ValidateAndApply(logging); err != nil {
		return nil, nil, err
	}
	ctrl.SetLogger(logf.Log)
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	stop := func() {
		cancel()
		logf.FlushLogs()
	}
	return logf.NewContext(ctx, logf.Log, component), stop, nil
}

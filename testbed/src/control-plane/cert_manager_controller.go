package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/cert-manager/cert-manager/pkg/controller"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// The defaults of cert-manager's controller configuration
// (internal/apis/config/controller/v1alpha1/defaults.go), but for the request rate: tests shall not
// wait for a client-side limit.
const (
	workersPerController  = 5
	requestsPerSecond     = 9000
	defaultMinimumBackoff = time.Hour
	defaultMaximumBackoff = 32 * time.Hour
)

var copiedAnnotationPrefixes = []string{"*", "-kubectl.kubernetes.io/", "-fluxcd.io/", "-argocd.argoproj.io/"}

type controllerFlags struct {
	options controller.ContextOptions
	logging *logsapi.LoggingConfiguration
	// without names the control loops that shall not run.
	without []string
	// readyFile is created when every informer has been filled.
	readyFile string
}

// runCertManagerController is cert-manager's controller with those of its control loops that issue
// from SelfSigned, CA and external issuers. ACME, Vault and Venafi stay out of the binary, and with
// them the libraries of a dozen cloud providers. There is no leader election: one process runs.
func runCertManagerController() int {
	flags, err := parseControllerFlags(os.Args[1:])
	if err != nil {
		return failed(err)
	}
	ctx, stop, err := certManagerContext(flags.logging, "controller")
	if err != nil {
		return failed(err)
	}
	defer stop()
	if err := runControllers(ctx, flags); err != nil {
		return failed(err)
	}
	return 0
}

// parseControllerFlags gives the flags the names that they have upstream, where they exist there.
func parseControllerFlags(arguments []string) (controllerFlags, error) {
	flags := controllerFlags{
		options: controller.ContextOptions{
			KubernetesAPIQPS:   requestsPerSecond,
			KubernetesAPIBurst: requestsPerSecond,
			CertificateOptions: controller.CertificateOptions{CopiedAnnotationPrefixes: copiedAnnotationPrefixes},
		},
		logging: logsapi.NewLoggingConfiguration(),
	}
	set := pflag.NewFlagSet("cert-manager-controller", pflag.ContinueOnError)
	set.StringVar(&flags.options.Kubeconfig, "kubeconfig", "", "path of a kubeconfig")
	set.StringVar(&flags.options.ClusterResourceNamespace, "cluster-resource-namespace", "cert-manager",
		"namespace of the Secrets that a ClusterIssuer names")
	set.DurationVar(&flags.options.CertificateRequestMinimumBackoffDuration,
		"certificate-request-minimum-backoff-duration", defaultMinimumBackoff,
		"wait before a failed Certificate is tried again, doubled with each failure")
	set.DurationVar(&flags.options.CertificateRequestMaximumBackoffDuration,
		"certificate-request-maximum-backoff-duration", defaultMaximumBackoff,
		"longest wait before a failed Certificate is tried again")
	set.StringSliceVar(&flags.without, "without-controllers", nil, "names of control loops that shall not run")
	set.StringVar(&flags.readyFile, "ready-file", "", "path of a file to create when the caches are filled")
	logf.AddFlagsNonDeprecated(flags.logging, set)
	if err := set.Parse(arguments); err != nil {
		return flags, err
	}
	for _, name := range flags.without {
		if _, found := controller.Known()[name]; !found {
			return flags, fmt.Errorf("--without-controllers: there is no control loop %q", name)
		}
	}
	return flags, nil
}

func runControllers(ctx context.Context, flags controllerFlags) error {
	group, ctx := errgroup.WithContext(ctx)
	factory, err := controller.NewContextFactory(ctx, flags.options)
	if err != nil {
		return err
	}
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	for name, construct := range controller.Known() {
		if slices.Contains(flags.without, name) {
			continue
		}
		loop, err := construct(factory)
		if err != nil {
			return fmt.Errorf("control loop %s: %w", name, err)
		}
		group.Go(func() error { return loop.Run(workersPerController, ctx) })
	}
	// The loops have registered their informers by now and wait for them to be filled.
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	group.Go(func() error { return reportReady(ctx, shared, flags.readyFile) })
	return group.Wait()
}

// reportReady creates the file that tells whoever started us that the control loops are at work.
func reportReady(ctx context.Context, shared *controller.Context, readyFile string) error {
	shared.SharedInformerFactory.WaitForCacheSync(ctx.Done())
	shared.KubeSharedInformerFactory.WaitForCacheSync(ctx.Done())
	if readyFile == "" || ctx.Err() != nil {
		return nil
	}
	return os.WriteFile(readyFile, nil, 0o600)
}

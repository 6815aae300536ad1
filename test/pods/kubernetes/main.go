// Command node-kubernetes is what of Kubernetes runs on a node, and the scheduler that finds Pods a
// place on it, in one binary: each subcommand is the upstream program of that name.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	command := selectCommand()
	if command == nil {
		fmt.Fprintln(os.Stderr, "usage: node-kubernetes <kube-proxy|kube-scheduler|kubelet> [arguments]")
		os.Exit(2)
	}
	// The upstream programs parse os.Args themselves.
	os.Args = os.Args[1:]
	os.Exit(cli.Run(command))
}

// selectCommand gives the program that the first argument names, or nil.
func selectCommand() *cobra.Command {
	if len(os.Args) < 2 {
		return nil
	}
	switch os.Args[1] {
	case "kube-proxy":
		return proxy.NewProxyCommand()
	case "kube-scheduler":
		return scheduler.NewSchedulerCommand()
	case "kubelet":
		return kubelet.NewKubeletCommand(context.Background())
	}
	return nil
}

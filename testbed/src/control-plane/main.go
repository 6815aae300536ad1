// Command control-plane is a Kubernetes control plane with cert-manager in one binary: each
// subcommand is the upstream program of that name. Tests and the demo start the parts as plain
// processes, without containers.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

// A part runs one upstream program. It reads os.Args, in which the subcommand has taken the place of
// the program's name, and returns the exit code.
type part func() int

var parts = map[string]part{
	"etcd":                    runEtcd,
	"kube-apiserver":          runAPIServer,
	"kube-controller-manager": runControllerManager,
	"kubectl":                 runKubectl,
	"helm":                    runHelm,
	"cert-manager-controller": runCertManagerController,
	"cert-manager-webhook":    runCertManagerWebhook,
}

func main() {
	run, found := selectPart()
	if !found {
		fmt.Fprintf(os.Stderr, "usage: control-plane <%s> [arguments]\n", strings.Join(names(), "|"))
		os.Exit(2)
	}
	// The upstream programs parse os.Args themselves and print its first entry in their help.
	os.Args = os.Args[1:]
	if err := exitWithParent(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(run())
}

func selectPart() (part, bool) {
	if len(os.Args) < 2 {
		return nil, false
	}
	run, found := parts[os.Args[1]]
	return run, found
}

func names() []string {
	list := make([]string, 0, len(parts))
	for name := range parts {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

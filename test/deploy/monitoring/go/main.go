// Command query-checker checks expressions, metrics or alerts with Prometheus' own code. It reads JSON from
// standard input and writes JSON to standard output.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// The defaults of Prometheus.
var (
	expressions = parser.NewParser(parser.Options{})
	names       = model.UTF8Validation
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: query-checker expressions|metrics|alerts")
	}
	switch args[0] {
	case "expressions":
		return respond(checkExpressions)
	case "metrics":
		return respond(readMetrics)
	case "alerts":
		return respond(evaluateAlerts)
	}
	return fmt.Errorf("unknown command %q", args[0])
}

func respond[Input, Output any](compute func(Input) (Output, error)) error {
	var input Input
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&input); err != nil {
		return err
	}
	output, err := compute(input)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(output)
}

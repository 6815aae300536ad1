// Command query-judge answers one question about expressions, metrics or alerts: JSON comes in on
// standard input, and the answer goes out on standard output.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// What Prometheus itself uses when nothing else is configured.
var (
	expressions = parser.NewParser(parser.Options{})
	names       = model.UTF8Validation
)

func main() {
	if err := answer(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: query-judge expressions|metrics|alerts")
	}
	switch args[0] {
	case "expressions":
		return about(judgeExpressions)
	case "metrics":
		return about(readMetrics)
	case "alerts":
		return about(judgeAlerts)
	}
	return fmt.Errorf("%q is no question", args[0])
}

func about[Question, Answer any](judge func(Question) (Answer, error)) error {
	var question Question
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&question); err != nil {
		return err
	}
	answer, err := judge(question)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

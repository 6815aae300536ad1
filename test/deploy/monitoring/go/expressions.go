package main

import (
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// A selector is one metric in an expression, and the labels that it must have: those in its matchers, and those by
// which outer expressions group or join it.
type selector struct {
	Metric string   `json:"metric"`
	Labels []string `json:"labels"`
}

type check struct {
	// Error is empty for a valid expression.
	Error     string     `json:"error"`
	Selectors []selector `json:"selectors"`
}

func checkExpressions(texts []string) ([]check, error) {
	checks := make([]check, 0, len(texts))
	for _, text := range texts {
		checks = append(checks, checkExpression(text))
	}
	return checks, nil
}

func checkExpression(text string) check {
	expression, err := expressions.ParseExpr(text)
	if err != nil {
		return check{Error: err.Error(), Selectors: []selector{}}
	}
	found := []selector{}
	parser.Inspect(expression, func(node parser.Node, path []parser.Node) error {
		if vector, is := node.(*parser.VectorSelector); is {
			found = append(found, selector{Metric: vector.Name, Labels: labelsOf(vector, path)})
		}
		return nil
	})
	return check{Selectors: found}
}

func labelsOf(vector *parser.VectorSelector, path []parser.Node) []string {
	used := []string{}
	for _, matcher := range vector.LabelMatchers {
		if matcher.Name != labels.MetricName {
			used = append(used, matcher.Name)
		}
	}
	for _, node := range path {
		switch outer := node.(type) {
		case *parser.AggregateExpr:
			used = append(used, outer.Grouping...)
		case *parser.BinaryExpr:
			if outer.VectorMatching != nil {
				used = append(used, outer.VectorMatching.MatchingLabels...)
			}
		case *parser.Call:
			if outer.Func.Name == "histogram_quantile" {
				used = append(used, "le")
			}
		}
	}
	slices.Sort(used)
	return slices.Compact(used)
}

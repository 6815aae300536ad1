package main

import (
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// A selector is one metric in an expression, and the labels that it must have for the expression to
// mean anything: those it is selected by, and those that it is grouped or joined by further out.
type selector struct {
	Metric string   `json:"metric"`
	Labels []string `json:"labels"`
}

type verdict struct {
	// Empty when the expression can be parsed.
	Fault     string     `json:"fault"`
	Selectors []selector `json:"selectors"`
}

func judgeExpressions(texts []string) ([]verdict, error) {
	verdicts := make([]verdict, 0, len(texts))
	for _, text := range texts {
		verdicts = append(verdicts, judgeExpression(text))
	}
	return verdicts, nil
}

func judgeExpression(text string) verdict {
	expression, err := expressions.ParseExpr(text)
	if err != nil {
		return verdict{Fault: err.Error(), Selectors: []selector{}}
	}
	found := []selector{}
	parser.Inspect(expression, func(node parser.Node, path []parser.Node) error {
		if vector, is := node.(*parser.VectorSelector); is {
			found = append(found, selector{Metric: vector.Name, Labels: labelsOf(vector, path)})
		}
		return nil
	})
	return verdict{Selectors: found}
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

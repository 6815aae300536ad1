package main

import (
	"slices"

	"github.com/prometheus/prometheus/model/labels"
)

// readMetrics reads the text format. It gives the labels of each metric, by the names of its samples.
func readMetrics(text string) (map[string][]string, error) {
	points, err := parse(text)
	if err != nil {
		return nil, err
	}
	metrics := map[string][]string{}
	for _, one := range points {
		name := one.labels.Get(labels.MetricName)
		all := append([]string{}, metrics[name]...)
		one.labels.Range(func(label labels.Label) {
			if label.Name != labels.MetricName {
				all = append(all, label.Name)
			}
		})
		slices.Sort(all)
		metrics[name] = slices.Compact(all)
	}
	return metrics, nil
}

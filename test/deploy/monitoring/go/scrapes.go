package main

import (
	"errors"
	"io"
	"math"
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// A target is what is scraped: its answers, one a step, in the text format. An empty one is none.
type target struct {
	Labels  map[string]string `json:"labels"`
	Scrapes []string          `json:"scrapes"`
}

type point struct {
	labels labels.Labels
	value  float64
}

// parse reads the text format as Prometheus does.
func parse(text string) ([]point, error) {
	reader, err := textparse.New([]byte(text), "text/plain; version=0.0.4", labels.NewSymbolTable(), textparse.ParserOptions{})
	if err != nil {
		return nil, err
	}
	var points []point
	for {
		entry, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return points, nil
		}
		if err != nil {
			return nil, err
		}
		if entry != textparse.EntrySeries {
			continue
		}
		var set labels.Labels
		reader.Labels(&set)
		_, _, number := reader.Series()
		points = append(points, point{labels: set, value: number})
	}
}

// series holds samples by the text of their labels.
type series map[string]*storedSeries

type storedSeries struct {
	labels  labels.Labels
	samples []chunks.Sample
}

// add stores the scrapes of a target, one every stepMs, as with honor_labels: what a metric says of
// itself is kept. What is gone from one scrape to the next is marked so.
func (stored series) add(from target, startMs, stepMs int64) error {
	last := map[string]labels.Labels{}
	for step, text := range from.Scrapes {
		points, err := parse(text)
		if err != nil {
			return err
		}
		at := startMs + int64(step)*stepMs
		seen := map[string]labels.Labels{}
		for _, one := range points {
			full := withTarget(one.labels, from.Labels)
			seen[full.String()] = full
			stored.append(full, at, one.value)
		}
		for key, gone := range last {
			if _, is := seen[key]; !is {
				stored.append(gone, at, math.Float64frombits(value.StaleNaN))
			}
		}
		last = seen
	}
	return nil
}

func (stored series) append(set labels.Labels, at int64, number float64) {
	key := set.String()
	if stored[key] == nil {
		stored[key] = &storedSeries{labels: set}
	}
	stored[key].samples = append(stored[key].samples, sample{at: at, value: number})
}

func withTarget(own labels.Labels, others map[string]string) labels.Labels {
	builder := labels.NewBuilder(own)
	for name, text := range others {
		if !own.Has(name) {
			builder.Set(name, text)
		}
	}
	return builder.Labels()
}

// Querier makes series something that the engine can ask.
func (stored series) Querier(int64, int64) (storage.Querier, error) {
	return &storage.MockQuerier{SelectMockFunction: stored.find}, nil
}

func (stored series) find(_ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var found []storage.Series
	for _, one := range stored {
		if matchAll(one.labels, matchers) {
			found = append(found, storage.NewListSeries(one.labels, one.samples))
		}
	}
	slices.SortFunc(found, func(a, b storage.Series) int {
		return labels.Compare(a.Labels(), b.Labels())
	})
	return &seriesSet{series: found, at: -1}
}

func matchAll(set labels.Labels, matchers []*labels.Matcher) bool {
	for _, matcher := range matchers {
		if !matcher.Matches(set.Get(matcher.Name)) {
			return false
		}
	}
	return true
}

type seriesSet struct {
	series []storage.Series
	at     int
}

func (set *seriesSet) Next() bool {
	set.at++
	return set.at < len(set.series)
}

func (set *seriesSet) At() storage.Series            { return set.series[set.at] }
func (*seriesSet) Err() error                        { return nil }
func (*seriesSet) Warnings() annotations.Annotations { return nil }

type sample struct {
	at    int64
	value float64
}

func (one sample) T() int64                  { return one.at }
func (sample) ST() int64                     { return 0 }
func (one sample) F() float64                { return one.value }
func (sample) H() *histogram.Histogram       { return nil }
func (sample) FH() *histogram.FloatHistogram { return nil }
func (sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (one sample) Copy() chunks.Sample       { return one }

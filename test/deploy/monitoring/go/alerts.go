package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
)

type alertsInput struct {
	// Groups of rules, YAML.
	Rules        string   `json:"rules"`
	StartSeconds int64    `json:"startSeconds"`
	StepSeconds  int64    `json:"stepSeconds"`
	Targets      []target `json:"targets"`
}

// A firing is one alert, from the first to the last step at which it fires.
type firing struct {
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	FromStep    int               `json:"fromStep"`
	ToStep      int               `json:"toStep"`
}

// evaluateAlerts evaluates rules at every step, like Prometheus with this evaluation interval.
func evaluateAlerts(input alertsInput) ([]firing, error) {
	groups, problems := rulefmt.Parse([]byte(input.Rules), false, names, expressions, slog.New(slog.DiscardHandler))
	if len(problems) > 0 {
		return nil, fmt.Errorf("rules: %v", problems)
	}
	run := evaluation{stored: series{}, engine: promql.NewEngine(promql.EngineOpts{
		MaxSamples: 10_000_000,
		Timeout:    time.Minute,
		Parser:     expressions,
	})}
	steps := 0
	for _, from := range input.Targets {
		if err := run.stored.add(from, input.StartSeconds*1000, input.StepSeconds*1000); err != nil {
			return nil, err
		}
		steps = max(steps, len(from.Scrapes))
	}
	found := []firing{}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			states := map[string]*state{}
			for step := range steps {
				at := time.Unix(input.StartSeconds+int64(step)*input.StepSeconds, 0)
				if err := run.step(rule, states, moment{step: step, at: at}); err != nil {
					return nil, fmt.Errorf("%s: %w", rule.Alert, err)
				}
			}
			for _, one := range states {
				found = append(found, one.firings...)
			}
		}
	}
	slices.SortFunc(found, func(a, b firing) int {
		return strings.Compare(fmt.Sprint(a.Name, a.Labels, a.FromStep), fmt.Sprint(b.Name, b.Labels, b.FromStep))
	})
	return found, nil
}

type evaluation struct {
	stored series
	engine *promql.Engine
}

type moment struct {
	step int
	at   time.Time
}

// A state is what is known of one set of labels that an alert's expression gave.
type state struct {
	// Since when it has given it, without a gap, up to the step before.
	since    time.Time
	lastStep int
	firings  []firing
}

func (run evaluation) step(rule rulefmt.Rule, states map[string]*state, now moment) error {
	samples, err := run.query(rule.Expr, now.at)
	if err != nil {
		return err
	}
	for _, one := range samples {
		key := one.Metric.String()
		current := states[key]
		if current == nil {
			current = &state{since: now.at, lastStep: now.step - 1}
			states[key] = current
		}
		if current.lastStep != now.step-1 {
			current.since = now.at
		}
		current.lastStep = now.step
		if now.at.Sub(current.since) < time.Duration(rule.For) {
			continue
		}
		if count := len(current.firings); count > 0 && current.firings[count-1].ToStep == now.step-1 {
			current.firings[count-1].ToStep = now.step
			continue
		}
		fresh, err := run.describe(rule, one, now)
		if err != nil {
			return err
		}
		current.firings = append(current.firings, fresh)
	}
	return nil
}

func (run evaluation) query(text string, at time.Time) (promql.Vector, error) {
	query, err := run.engine.NewInstantQuery(context.Background(), run.stored, nil, text, at)
	if err != nil {
		return nil, err
	}
	defer query.Close()
	result := query.Exec(context.Background())
	if result.Err != nil {
		return nil, result.Err
	}
	vector, err := result.Vector()
	if err != nil {
		return nil, err
	}
	return slices.Clone(vector), nil
}

// describe fills in the templates of an alert.
func (run evaluation) describe(rule rulefmt.Rule, one promql.Sample, now moment) (firing, error) {
	own := one.Metric.Copy().Map()
	delete(own, labels.MetricName)
	data := template.AlertTemplateData(own, nil, "", one)
	expand := func(text string) (string, error) {
		expander := template.NewTemplateExpander(
			context.Background(),
			"{{$labels := .Labels}}{{$value := .Value}}"+text,
			rule.Alert,
			data,
			model.TimeFromUnixNano(now.at.UnixNano()),
			func(_ context.Context, text string, at time.Time) (promql.Vector, error) {
				return run.query(text, at)
			},
			&url.URL{},
			nil,
		)
		return expander.Expand()
	}
	result := firing{
		Name:        rule.Alert,
		Labels:      own,
		Annotations: map[string]string{},
		FromStep:    now.step,
		ToStep:      now.step,
	}
	for name, text := range rule.Labels {
		expanded, err := expand(text)
		if err != nil {
			return firing{}, err
		}
		result.Labels[name] = expanded
	}
	for name, text := range rule.Annotations {
		expanded, err := expand(text)
		if err != nil {
			return firing{}, err
		}
		result.Annotations[name] = expanded
	}
	return result, nil
}

package main

import (
	"sort"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"
)

// sources are all RFCs that zlint has lints for, and what its community adds. Those of the CA/Browser
// Forum and of browsers speak of public CAs only.
var sources = lint.SourceList{
	lint.RFC3279,
	lint.RFC5280,
	lint.RFC5480,
	lint.RFC5891,
	lint.RFC6960,
	lint.RFC6962,
	lint.RFC8813,
	lint.Community,
}

// slow lints do arithmetic that takes longer than all others together, to find keys that nobody would
// make here and certificates of one public CA.
var slow = []string{
	"e_ecdsa_small_private_key",
	"e_cert_issued_by_compromised_emudhra_ca",
}

// A lintResult is one thing that zlint has to say of a certificate.
type lintResult struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	// Status is "info", "warn", "error" or "fatal".
	Status  string `json:"status"`
	Details string `json:"details"`
}

type linter struct{ registry lint.Registry }

func newLinter() (*linter, error) {
	registry, err := lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: sources, ExcludeNames: slow})
	if err != nil {
		return nil, err
	}
	return &linter{registry: registry}, nil
}

func (l *linter) lint(der []byte) []lintResult {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return []lintResult{{Name: "parse", Source: string(lint.RFC5280), Status: lint.Fatal.String(), Details: err.Error()}}
	}
	results := []lintResult{}
	for name, result := range zlint.LintCertificateEx(certificate, l.registry).Results {
		if result.Status < lint.Notice {
			continue
		}
		results = append(results, lintResult{
			Name:    name,
			Source:  string(result.LintMetadata.Source),
			Status:  result.Status.String(),
			Details: result.Details,
		})
	}
	sort.Slice(results, func(one, other int) bool { return results[one].Name < results[other].Name })
	return results
}

package main

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"
)

func check(asked question, linter *linter) verdict {
	result := verdict{Lints: linter.lint(asked.Chain[0])}
	certificate, err := x509.ParseCertificate(asked.Chain[0])
	if err != nil {
		result.ParseFault = err.Error()
		return result
	}
	found, err := factsOf(certificate)
	if err != nil {
		result.ParseFault = err.Error()
		return result
	}
	result.Facts = found
	if err := verify(certificate, asked); err != nil {
		result.VerifyFault = err.Error()
	}
	return result
}

// verify wants exactly one chain: the one that was given, up to its root.
func verify(certificate *x509.Certificate, asked question) error {
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	for index, der := range asked.Chain[1:] {
		above, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("certificate %d of the chain: %w", index+2, err)
		}
		if index == len(asked.Chain)-2 {
			roots.AddCert(above)
		} else {
			intermediates.AddCert(above)
		}
	}
	if hasOnlyOtherNames(certificate) {
		certificate.UnhandledCriticalExtensions = slices.DeleteFunc(
			certificate.UnhandledCriticalExtensions, isSubjectAltName)
	}
	chains, err := certificate.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   time.Unix(asked.AtSeconds, 0),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return err
	}
	if len(chains) != 1 || len(chains[0]) != len(asked.Chain) {
		return fmt.Errorf("found %d chains", len(chains))
	}
	return nil
}

// hasOnlyOtherNames tells a certificate whose names Go has no fields for. Go counts a critical
// subjectAltName as unhandled then, and would verify no such certificate, however right it is.
func hasOnlyOtherNames(certificate *x509.Certificate) bool {
	known := len(certificate.DNSNames) + len(certificate.IPAddresses) +
		len(certificate.URIs) + len(certificate.EmailAddresses)
	others, err := otherNames(certificate)
	return err == nil && known == 0 && len(others) > 0
}

func isSubjectAltName(oid asn1.ObjectIdentifier) bool { return oid.Equal(oidSubjectAltName) }

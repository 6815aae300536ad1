package main

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"time"
)

// A probeQuestion is a chain and what a relying party may take its first certificate for.
type probeQuestion struct {
	// Chain holds DER: the certificate, then each one above it, the root last.
	Chain [][]byte `json:"chain"`
	// AtSeconds is epoch seconds.
	AtSeconds int64 `json:"atSeconds"`
	// Probes are about the certificate.
	Probes []probe `json:"probes"`
	// CAKey is the certificate's own private key in PKCS#8. It signs the certificates of Below.
	CAKey []byte `json:"caKey"`
	// Below are about certificates that the certificate's holder issues.
	Below []below `json:"below"`
}

// A probe is one use of a certificate. An empty member is not checked.
type probe struct {
	// Name is a host name or an IP address, as VerifyOptions.DNSName takes it.
	Name string `json:"name"`
	// Email and URI must be among the certificate's names.
	Email string `json:"email"`
	URI   string `json:"uri"`
	// Usage is an object identifier; any usage when empty.
	Usage string `json:"usage"`
}

// A below is a certificate that the holder of a CA certificate issues.
type below struct {
	DNS   string `json:"dns"`
	IP    string `json:"ip"`
	Usage string `json:"usage"`
	// Depth is the number of further CA certificates between the CA and this certificate.
	Depth int `json:"depth"`
}

// A probeAnswer has an entry for each probe: why Go refuses it, empty when Go accepts it.
type probeAnswer struct {
	// Fault is why the certificate cannot be read at all; the other members are null then.
	Fault string `json:"fault"`
	// KeyUsage are the numbers of its bits (RFC 5280 section 4.2.1.3); null without the extension.
	KeyUsage []int    `json:"keyUsage"`
	Probes   []string `json:"probes"`
	Below    []string `json:"below"`
}

// runProbes reads one question a line and writes one answer a line, in the same order.
func runProbes(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(bufio.NewReader(in))
	decoder.DisallowUnknownFields()
	var questions []probeQuestion
	for {
		var next probeQuestion
		err := decoder.Decode(&next)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("question %d: %w", len(questions)+1, err)
		}
		if len(next.Chain) == 0 {
			return fmt.Errorf("question %d has an empty chain", len(questions)+1)
		}
		questions = append(questions, next)
	}
	signer, err := newLeafKey()
	if err != nil {
		return err
	}
	answers := make([]probeAnswer, len(questions))
	forEach(len(questions), func(index int) {
		answers[index] = answerProbes(questions[index], signer)
	})
	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	for _, answer := range answers {
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func newLeafKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func answerProbes(asked probeQuestion, leafKey *ecdsa.PrivateKey) probeAnswer {
	certificate, err := x509.ParseCertificate(asked.Chain[0])
	if err != nil {
		return probeAnswer{Fault: err.Error()}
	}
	above, err := newPools(asked.Chain[1:])
	if err != nil {
		return probeAnswer{Fault: err.Error()}
	}
	at := time.Unix(asked.AtSeconds, 0)
	answer := probeAnswer{
		KeyUsage: keyUsage(certificate),
		Probes:   make([]string, len(asked.Probes)),
		Below:    make([]string, len(asked.Below)),
	}
	for index, each := range asked.Probes {
		answer.Probes[index] = refusalOf(certificate, above, at, each)
	}
	if len(asked.Below) == 0 {
		return answer
	}
	key, err := x509.ParsePKCS8PrivateKey(asked.CAKey)
	if err != nil {
		return probeAnswer{Fault: err.Error()}
	}
	holder := issuer{certificate: certificate, key: key}
	for index, each := range asked.Below {
		answer.Below[index] = refusalBelow(holder, above, at, each, leafKey)
	}
	return answer
}

// pools are what a verifier trusts, and what the other side sends it.
type pools struct {
	roots         *x509.CertPool
	intermediates *x509.CertPool
}

func newPools(chain [][]byte) (pools, error) {
	result := pools{roots: x509.NewCertPool(), intermediates: x509.NewCertPool()}
	for index, der := range chain {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return result, fmt.Errorf("certificate %d of the chain: %w", index+2, err)
		}
		if index == len(chain)-1 {
			result.roots.AddCert(certificate)
		} else {
			result.intermediates.AddCert(certificate)
		}
	}
	return result, nil
}

// refusalOf says why Go refuses one use of a certificate; empty when it accepts it.
func refusalOf(certificate *x509.Certificate, above pools, at time.Time, asked probe) string {
	if asked.Email != "" && !slices.Contains(certificate.EmailAddresses, asked.Email) {
		return "the certificate has not this email address"
	}
	if asked.URI != "" && !hasURI(certificate, asked.URI) {
		return "the certificate has not this URI"
	}
	usage, isKnown := extKeyUsages[asked.Usage]
	if !isKnown {
		return "Go has no such usage"
	}
	_, err := certificate.Verify(x509.VerifyOptions{
		DNSName:       asked.Name,
		Roots:         above.roots,
		Intermediates: above.intermediates,
		CurrentTime:   at,
		KeyUsages:     []x509.ExtKeyUsage{usage},
	})
	if err != nil {
		return err.Error()
	}
	return ""
}

func hasURI(certificate *x509.Certificate, wanted string) bool {
	for _, uri := range certificate.URIs {
		if uri.String() == wanted {
			return true
		}
	}
	return false
}

// An issuer signs certificates, whether its own certificate allows it or not.
type issuer struct {
	certificate *x509.Certificate
	key         any
}

func (i issuer) issue(template *x509.Certificate, public crypto.PublicKey) (*x509.Certificate, error) {
	template.SerialNumber = big.NewInt(int64(len(template.Subject.CommonName) + 1))
	template.NotBefore = i.certificate.NotBefore
	template.NotAfter = i.certificate.NotAfter
	der, err := x509.CreateCertificate(rand.Reader, template, i.certificate, public, i.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// refusalBelow says why Go refuses a certificate that the holder of a CA certificate issues.
func refusalBelow(
	holder issuer, above pools, at time.Time, asked below, leafKey *ecdsa.PrivateKey,
) string {
	intermediates := above.intermediates.Clone()
	intermediates.AddCert(holder.certificate)
	for depth := range asked.Depth {
		ca, err := holder.issue(&x509.Certificate{
			Subject:               pkix.Name{CommonName: fmt.Sprintf("Further CA %d", depth)},
			BasicConstraintsValid: true,
			IsCA:                  true,
			KeyUsage:              x509.KeyUsageCertSign,
		}, leafKey.Public())
		if err != nil {
			return err.Error()
		}
		intermediates.AddCert(ca)
		holder = issuer{certificate: ca, key: leafKey}
	}
	template := &x509.Certificate{Subject: pkix.Name{Organization: []string{"Leaf"}}}
	if asked.DNS != "" {
		template.DNSNames = []string{asked.DNS}
	}
	if asked.IP != "" {
		template.IPAddresses = []net.IP{net.ParseIP(asked.IP)}
	}
	if usage := extKeyUsages[asked.Usage]; usage != x509.ExtKeyUsageAny {
		template.ExtKeyUsage = []x509.ExtKeyUsage{usage}
	}
	leaf, err := holder.issue(template, leafKey.Public())
	if err != nil {
		return err.Error()
	}
	return refusalOf(leaf, pools{roots: above.roots, intermediates: intermediates}, at, probe{
		Name:  asked.DNS + asked.IP,
		Usage: asked.Usage,
	})
}

// extKeyUsages are Go's numbers by object identifier; none stands for any.
var extKeyUsages = map[string]x509.ExtKeyUsage{
	"":                       x509.ExtKeyUsageAny,
	"2.5.29.37.0":            x509.ExtKeyUsageAny,
	"1.3.6.1.5.5.7.3.1":      x509.ExtKeyUsageServerAuth,
	"1.3.6.1.5.5.7.3.2":      x509.ExtKeyUsageClientAuth,
	"1.3.6.1.5.5.7.3.3":      x509.ExtKeyUsageCodeSigning,
	"1.3.6.1.5.5.7.3.4":      x509.ExtKeyUsageEmailProtection,
	"1.3.6.1.5.5.7.3.5":      x509.ExtKeyUsageIPSECEndSystem,
	"1.3.6.1.5.5.7.3.6":      x509.ExtKeyUsageIPSECTunnel,
	"1.3.6.1.5.5.7.3.7":      x509.ExtKeyUsageIPSECUser,
	"1.3.6.1.5.5.7.3.8":      x509.ExtKeyUsageTimeStamping,
	"1.3.6.1.5.5.7.3.9":      x509.ExtKeyUsageOCSPSigning,
	"1.3.6.1.4.1.311.10.3.3": x509.ExtKeyUsageMicrosoftServerGatedCrypto,
	"2.16.840.1.113730.4.1":  x509.ExtKeyUsageNetscapeServerGatedCrypto,
}

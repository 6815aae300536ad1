// Prints certification requests that Go programs make, one JSON object of PEM by name: crypto/x509 as most
// programs use it, Istio's own package as istio-csr and its sidecars call it, a SCEP client.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"log"
	"net"
	"net/url"
	"os"

	"github.com/micromdm/scep/v2/cryptoutil/x509util"
	"istio.io/istio/security/pkg/pki/util"
)

func main() {
	made := map[string]string{
		"istio-serving":     istio(util.CertOptions{Host: "cert-manager-istio-csr.cert-manager.svc", IsServer: true, RSAKeySize: 2048}),
		"istio-sidecar":     istio(util.CertOptions{Host: sidecar, RSAKeySize: 2048, PKCS8Key: true}),
		"istio-sidecar-ec":  istio(util.CertOptions{Host: sidecar, ECSigAlg: util.EcdsaSigAlg}),
		"istio-gateway":     istio(util.CertOptions{Host: "istiod.istio-system.svc,istiod.istio-system", Org: "Istio", IsDualUse: true, RSAKeySize: 2048}),
		"x509":              plain(),
		"x509-empty-values": emptyValues(),
		"scep":              scep(),
	}
	if err := json.NewEncoder(os.Stdout).Encode(made); err != nil {
		log.Fatal(err)
	}
}

const sidecar = "spiffe://cluster.local/ns/foo/sa/httpbin"

func istio(options util.CertOptions) string {
	csr, _, err := util.GenCSR(options)
	return text(csr, err)
}

func plain() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	uri, err := url.Parse("https://acme.internal/go")
	if err != nil {
		log.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:        pkix.Name{CommonName: "go.acme.internal", Organization: []string{"system:masters", "b"}},
		DNSNames:       []string{"go.acme.internal", "*.go.acme.internal"},
		IPAddresses:    []net.IP{net.ParseIP("10.0.0.9"), net.ParseIP("2001:db8::9")},
		EmailAddresses: []string{"go@acme.internal"},
		URIs:           []*url.URL{uri},
	}, key)
	return encode(der, err)
}

func emptyValues() string {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:  pkix.Name{Organization: []string{""}, OrganizationalUnit: []string{""}},
		DNSNames: []string{"go.acme.internal", "go.acme.internal"},
	}, key)
	return encode(der, err)
}

func scep() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	der, err := x509util.CreateCertificateRequest(rand.Reader, &x509util.CertificateRequest{
		CertificateRequest: x509.CertificateRequest{
			Subject:            pkix.Name{CommonName: "device-17", Organization: []string{"Example AG"}},
			SignatureAlgorithm: x509.SHA256WithRSA,
		},
		ChallengePassword: "a-shared-secret",
	}, key)
	return encode(der, err)
}

func encode(der []byte, err error) string {
	return text(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), err)
}

func text(made []byte, err error) string {
	if err != nil {
		log.Fatal(err)
	}
	return string(made)
}

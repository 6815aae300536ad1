package main

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
)

// facts are what a certificate says, as Go reads it. Octets are lower-case hexadecimal.
type facts struct {
	SerialNumber     string     `json:"serialNumber"`
	NotBeforeSeconds int64      `json:"notBeforeSeconds"`
	NotAfterSeconds  int64      `json:"notAfterSeconds"`
	Issuer           [][]string `json:"issuer"`
	// Subject is a list of RDNs, each a list of "OID=value".
	Subject            [][]string `json:"subject"`
	Names              []string   `json:"names"`
	IsSanCritical      bool       `json:"isSanCritical"`
	KeyUsage           []int      `json:"keyUsage"`
	ExtKeyUsage        []string   `json:"extKeyUsage"`
	IsCA               bool       `json:"isCA"`
	PathLength         *int       `json:"pathLength"`
	SpkiSha256         string     `json:"spkiSha256"`
	SignatureAlgorithm string     `json:"signatureAlgorithm"`
	SubjectKeyID       string     `json:"subjectKeyId"`
	AuthorityKeyID     string     `json:"authorityKeyId"`
}

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

// keyUsageBits is the number of bits in keyUsage (RFC 5280 section 4.2.1.3). Go numbers them alike.
const keyUsageBits = 9

func factsOf(certificate *x509.Certificate) (*facts, error) {
	issuer, err := readName(certificate.RawIssuer)
	if err != nil {
		return nil, err
	}
	subject, err := readName(certificate.RawSubject)
	if err != nil {
		return nil, err
	}
	names, err := namesOf(certificate)
	if err != nil {
		return nil, err
	}
	spki := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	return &facts{
		SerialNumber:       hex.EncodeToString(certificate.SerialNumber.Bytes()),
		NotBeforeSeconds:   certificate.NotBefore.Unix(),
		NotAfterSeconds:    certificate.NotAfter.Unix(),
		Issuer:             issuer,
		Subject:            subject,
		Names:              names,
		IsSanCritical:      isSanCritical(certificate),
		KeyUsage:           keyUsage(certificate),
		ExtKeyUsage:        extKeyUsage(certificate),
		IsCA:               certificate.BasicConstraintsValid && certificate.IsCA,
		PathLength:         pathLength(certificate),
		SpkiSha256:         hex.EncodeToString(spki[:]),
		SignatureAlgorithm: certificate.SignatureAlgorithm.String(),
		SubjectKeyID:       hex.EncodeToString(certificate.SubjectKeyId),
		AuthorityKeyID:     hex.EncodeToString(certificate.AuthorityKeyId),
	}, nil
}

func readName(der []byte) ([][]string, error) {
	var sequence pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &sequence); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("name %x: %w", der, err)
	}
	name := make([][]string, 0, len(sequence))
	for _, set := range sequence {
		attributes := make([]string, 0, len(set))
		for _, attribute := range set {
			attributes = append(attributes, fmt.Sprintf("%s=%v", attribute.Type, attribute.Value))
		}
		name = append(name, attributes)
	}
	return name, nil
}

// namesOf are the subject alternative names: those that Go knows, by kind, and then the other names.
func namesOf(certificate *x509.Certificate) ([]string, error) {
	names := []string{}
	for _, name := range certificate.DNSNames {
		names = append(names, "DNS:"+name)
	}
	for _, address := range certificate.IPAddresses {
		octets := []byte(address)
		if four := address.To4(); four != nil {
			octets = four
		}
		names = append(names, "IP:"+hex.EncodeToString(octets))
	}
	for _, uri := range certificate.URIs {
		names = append(names, "URI:"+uri.String())
	}
	for _, address := range certificate.EmailAddresses {
		names = append(names, "email:"+address)
	}
	others, err := otherNames(certificate)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		names = append(names, fmt.Sprintf("otherName:%s=%s", other.TypeID, other.Value))
	}
	return names, nil
}

// An otherName is that of RFC 5280 section 4.2.1.6 with a UTF8String in it.
type otherName struct {
	TypeID asn1.ObjectIdentifier
	Value  string `asn1:"explicit,tag:0,utf8"`
}

func otherNames(certificate *x509.Certificate) ([]otherName, error) {
	var names []otherName
	for _, extension := range certificate.Extensions {
		if !extension.Id.Equal(oidSubjectAltName) {
			continue
		}
		var generalNames []asn1.RawValue
		if _, err := asn1.Unmarshal(extension.Value, &generalNames); err != nil {
			return nil, fmt.Errorf("subjectAltName: %w", err)
		}
		for _, generalName := range generalNames {
			if generalName.Class != asn1.ClassContextSpecific || generalName.Tag != 0 {
				continue
			}
			var name otherName
			if _, err := asn1.UnmarshalWithParams(generalName.FullBytes, &name, "tag:0"); err != nil {
				return nil, fmt.Errorf("otherName: %w", err)
			}
			names = append(names, name)
		}
	}
	return names, nil
}

func isSanCritical(certificate *x509.Certificate) bool {
	for _, extension := range certificate.Extensions {
		if extension.Id.Equal(oidSubjectAltName) {
			return extension.Critical
		}
	}
	return false
}

func keyUsage(certificate *x509.Certificate) []int {
	bits := []int{}
	for bit := range keyUsageBits {
		if certificate.KeyUsage&(1<<bit) != 0 {
			bits = append(bits, bit)
		}
	}
	return bits
}

func extKeyUsage(certificate *x509.Certificate) []string {
	oids := []string{}
	for _, usage := range certificate.ExtKeyUsage {
		oids = append(oids, usage.OID().String())
	}
	for _, oid := range certificate.UnknownExtKeyUsage {
		oids = append(oids, oid.String())
	}
	return oids
}

func pathLength(certificate *x509.Certificate) *int {
	if certificate.MaxPathLen < 0 || (certificate.MaxPathLen == 0 && !certificate.MaxPathLenZero) {
		return nil
	}
	return &certificate.MaxPathLen
}

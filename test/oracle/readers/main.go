// Command go-readers says how Go's standard library reads PEM, certification requests and
// certificates. It reads one JSON object a line from standard input, and writes one a line, in the same
// order.
package main

import (
	"bufio"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
)

// A question is an input, and what to read it as.
type question struct {
	// Kind is "pem", "request" or "certificate".
	Kind  string `json:"kind"`
	Input []byte `json:"input"`
}

// An answer has what was read, or why it was not.
type answer struct {
	// Error is empty when the input was read.
	Error string `json:"error"`
	// Label and Bytes are those of the first PEM block.
	Label []byte `json:"label"`
	Bytes []byte `json:"bytes"`
	// SignatureError is why the signature of a request does not verify with the key in it.
	SignatureError string `json:"signatureError"`
	// Subject has the values of all attributes in order.
	Subject []string `json:"subject"`
	// DNSNames, Emails and Addresses are those of subjectAltName.
	DNSNames  []string `json:"dnsNames"`
	Emails    []string `json:"emails"`
	Addresses [][]byte `json:"addresses"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(bufio.NewReader(in))
	decoder.DisallowUnknownFields()
	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	for {
		var next question
		err := decoder.Decode(&next)
		if errors.Is(err, io.EOF) {
			return buffered.Flush()
		}
		if err != nil {
			return err
		}
		if err := encoder.Encode(read(next)); err != nil {
			return err
		}
	}
}

func read(asked question) answer {
	switch asked.Kind {
	case "pem":
		return readPEM(asked.Input)
	case "request":
		return readRequest(asked.Input)
	case "certificate":
		return readCertificate(asked.Input)
	default:
		return answer{Error: "unknown kind " + asked.Kind}
	}
}

func readPEM(text []byte) answer {
	block, _ := pem.Decode(text)
	if block == nil {
		return answer{Error: "no PEM block"}
	}
	return answer{Label: []byte(block.Type), Bytes: block.Bytes}
}

func readRequest(der []byte) answer {
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return answer{Error: err.Error()}
	}
	found := answer{
		Subject:  values(request.Subject),
		DNSNames: request.DNSNames,
		Emails:   request.EmailAddresses,
	}
	for _, address := range request.IPAddresses {
		found.Addresses = append(found.Addresses, address)
	}
	if err := request.CheckSignature(); err != nil {
		found.SignatureError = err.Error()
	}
	return found
}

func readCertificate(der []byte) answer {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Subject: values(certificate.Subject)}
}

func values(name pkix.Name) []string {
	var found []string
	for _, attribute := range name.Names {
		found = append(found, fmt.Sprint(attribute.Value))
	}
	return found
}

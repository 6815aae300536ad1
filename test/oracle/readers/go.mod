// Go's own readers of PEM, certification requests and certificates, for tests.
module edge-issuer.dev/go-readers

go 1.26.0

// How Go reads the proxy variables, for tests.
module edge-issuer.dev/go-proxies

go 1.26.0

require golang.org/x/net v0.61.0

require golang.org/x/text v0.43.0 // indirect

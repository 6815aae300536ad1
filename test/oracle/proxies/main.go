// Command go-proxies says which proxy Go uses for a URL. It reads one JSON object a line from standard
// input, and writes one a line, in the same order.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"
)

// A question is an environment, and where a request goes.
type question struct {
	Environment map[string]string `json:"environment"`
	URL         string            `json:"url"`
}

// An answer has the URL of the proxy without credentials, or nothing for a direct connection.
type answer struct {
	Proxy string `json:"proxy"`
	// Authorization is what net/http sends to the proxy.
	Authorization string `json:"authorization"`
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
		found, err := ask(next)
		if err != nil {
			return err
		}
		if err := encoder.Encode(found); err != nil {
			return err
		}
	}
}

func ask(next question) (answer, error) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"} {
		if err := os.Setenv(name, next.Environment[name]); err != nil {
			return answer{}, err
		}
	}
	target, err := url.Parse(next.URL)
	if err != nil {
		return answer{}, err
	}
	proxy, err := httpproxy.FromEnvironment().ProxyFunc()(target)
	if err != nil || proxy == nil {
		return answer{}, err
	}
	port := proxy.Port()
	if port == "" {
		// The defaults of net/http (transport.go, portMap).
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	found := answer{Proxy: fmt.Sprintf("%s://%s|%s", proxy.Scheme, proxy.Hostname(), port)}
	if user := proxy.User; user != nil {
		// As net/http does (transport.go, proxyAuth).
		password, _ := user.Password()
		credentials := user.Username() + ":" + password
		found.Authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
	}
	return found, nil
}

// Command certificate-check says what Go's crypto/x509 and zlint think of certificates. It reads one
// JSON object a line from standard input, and writes one a line, in the same order. With the argument
// "probe", it says which names, usages and further certificates crypto/x509 accepts a chain for.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
)

// A question is a chain and a time to verify it at.
type question struct {
	// Chain holds DER: the certificate to check, then each one above it, the root last.
	Chain [][]byte `json:"chain"`
	// AtSeconds is epoch seconds.
	AtSeconds int64 `json:"atSeconds"`
}

// A verdict is what both checkers found.
type verdict struct {
	// Facts are nil when the certificate cannot be read.
	Facts *facts `json:"facts"`
	// ParseFault and VerifyFault are empty when there is none.
	ParseFault  string `json:"parseFault"`
	VerifyFault string `json:"verifyFault"`
	// Lints are all results of zlint but "pass", "not applicable" and "not effective".
	Lints []lintResult `json:"lints"`
}

func main() {
	answer := run
	if len(os.Args) > 1 && os.Args[1] == "probe" {
		answer = runProbes
	}
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	linter, err := newLinter()
	if err != nil {
		return err
	}
	questions, err := readAll(in)
	if err != nil {
		return err
	}
	verdicts := make([]verdict, len(questions))
	forEach(len(questions), func(index int) {
		verdicts[index] = check(questions[index], linter)
	})
	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	for _, verdict := range verdicts {
		if err := encoder.Encode(verdict); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func readAll(in io.Reader) ([]question, error) {
	decoder := json.NewDecoder(bufio.NewReader(in))
	decoder.DisallowUnknownFields()
	var questions []question
	for {
		var next question
		err := decoder.Decode(&next)
		if errors.Is(err, io.EOF) {
			return questions, nil
		}
		if err != nil {
			return nil, fmt.Errorf("question %d: %w", len(questions)+1, err)
		}
		if len(next.Chain) == 0 {
			return nil, fmt.Errorf("question %d has an empty chain", len(questions)+1)
		}
		questions = append(questions, next)
	}
}

// forEach calls work for each index below count, on all cores.
func forEach(count int, work func(index int)) {
	indexes := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for index := range indexes {
				work(index)
			}
		})
	}
	for index := range count {
		indexes <- index
	}
	close(indexes)
	workers.Wait()
}

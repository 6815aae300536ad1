package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// parentVariable names the process that started this one. When that process is gone, killed without a
// chance to clean up, this one ends too.
const parentVariable = "EDGE_ISSUER_PARENT_PID"

const parentPollInterval = 250 * time.Millisecond

// exitWithParent ends this process soon after its parent has died. It compares the parent's id again
// and again, because that works on every Unix and for whichever thread of the parent started us:
// Linux's PR_SET_PDEATHSIG fires when the starting thread ends, even while its process lives on.
func exitWithParent() error {
	text := os.Getenv(parentVariable)
	if text == "" {
		return nil
	}
	parent, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("%s must be a process id, found %q", parentVariable, text)
	}
	go func() {
		for os.Getppid() == parent {
			time.Sleep(parentPollInterval)
		}
		fmt.Fprintf(os.Stderr, "the process %d that started this one is gone: ending\n", parent)
		os.Exit(1)
	}()
	return nil
}

// Prints the workflow id of a target, as docs/callers.md defines it: the parts of the target are the arguments.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	fmt.Print("flow-log/" + strings.Join(os.Args[1:], "/"))
}

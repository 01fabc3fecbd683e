// Command compose prints a compose file as Docker Compose reads it, in JSON: checked against the specification, with variables put in.
//
//	go run . FILE [ENV_FILE …]
//
// It takes no variable of its own environment but those in the files, so that every machine prints the same.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func load(file string, envFiles []string) (*types.Project, error) {
	options, err := cli.NewProjectOptions(
		[]string{file},
		cli.WithEnvFiles(envFiles...),
		cli.WithDotEnv,
		cli.WithDefaultProfiles(),
	)
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func main() {
	project, err := load(os.Args[1], os.Args[2:])
	if err == nil {
		var text []byte
		if text, err = project.MarshalJSON(); err == nil {
			fmt.Println(string(text))
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Prints for each input whether its JSON Schema takes it: `validate <folder of schemas> <file of {schema, value} lines>`.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func must[Value any](value Value, err error) Value {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	schemas := map[string]*jsonschema.Schema{}
	for _, path := range must(filepath.Glob(filepath.Join(os.Args[1], "*.schema.json"))) {
		schemas[filepath.Base(path)] = must(jsonschema.NewCompiler().Compile(path))
	}
	for _, line := range bytes.Split(bytes.TrimSpace(must(os.ReadFile(os.Args[2]))), []byte("\n")) {
		each := must(jsonschema.UnmarshalJSON(bytes.NewReader(line))).(map[string]any)
		if schemas[each["schema"].(string)].Validate(each["value"]) == nil {
			fmt.Print("1")
		} else {
			fmt.Print("0")
		}
	}
	fmt.Println()
}

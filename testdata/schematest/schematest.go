// Package schematest validates documents against the published JSON Schemas of their kinds, with an
// independent library.
package schematest

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A Refusal describes how a document violates its schema.
type Refusal = jsonschema.ValidationError

var (
	mu       sync.Mutex
	compiled = map[report.Kind]*jsonschema.Schema{}
)

// Check returns a *[Refusal] if a document violates the schema of its kind, and another error if it
// is not JSON or there is no such schema.
func Check(kind report.Kind, document []byte) error {
	schema, err := schemaOf(kind)
	if err != nil {
		return fmt.Errorf("the schema of %q: %w", kind, err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return schema.Validate(instance)
}

func schemaOf(kind report.Kind) (*jsonschema.Schema, error) {
	mu.Lock()
	defer mu.Unlock()
	if schema, known := compiled[kind]; known {
		return schema, nil
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(report.JSONSchema(kind)))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(report.SchemaID(kind), document); err != nil {
		return nil, err
	}
	schema, err := compiler.Compile(report.SchemaID(kind))
	if err == nil {
		compiled[kind] = schema
	}
	return schema, err
}

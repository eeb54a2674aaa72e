package report

import _ "embed"

// SchemaID names the JSON Schema of a [Report], in its "$schema".
const SchemaID = "https://raw.githubusercontent.com/backupdoctor/backupdoctor/main/report/schema.json"

//go:embed schema.json
var schema string

// JSONSchema is the JSON Schema (draft 2020-12) that every report written as JSON follows.
func JSONSchema() string { return schema }

package report

import _ "embed"

// SchemaID names the JSON Schema of a [Report], in its "$schema".
const SchemaID = "https://raw.githubusercontent.com/backupdoctor/backupdoctor/main/report/schema.json"

// EventSchemaID names the JSON Schema of an [Event].
const EventSchemaID = "https://raw.githubusercontent.com/backupdoctor/backupdoctor/main/report/event_schema.json"

// DiffSchemaID names the JSON Schema of a [Diff].
const DiffSchemaID = "https://raw.githubusercontent.com/backupdoctor/backupdoctor/main/report/diff_schema.json"

// SelfCheckSchemaID names the JSON Schema of a [SelfCheck].
const SelfCheckSchemaID = "https://raw.githubusercontent.com/backupdoctor/backupdoctor/main/report/self_check_schema.json"

var (
	//go:embed schema.json
	schema string
	//go:embed event_schema.json
	eventSchema string
	//go:embed diff_schema.json
	diffSchema string
	//go:embed self_check_schema.json
	selfCheckSchema string
)

// JSONSchema is the JSON Schema (draft 2020-12) that every report written as JSON follows.
func JSONSchema() string { return schema }

// JSONEventSchema is the JSON Schema (draft 2020-12) that every line of WriteEvent follows.
func JSONEventSchema() string { return eventSchema }

// JSONDiffSchema is the JSON Schema (draft 2020-12) that every comparison written by
// WriteDiffJSON follows.
func JSONDiffSchema() string { return diffSchema }

// JSONSelfCheckSchema is the JSON Schema (draft 2020-12) that every self-check written as
// JSON follows.
func JSONSelfCheckSchema() string { return selfCheckSchema }

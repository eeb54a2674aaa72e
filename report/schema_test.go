package report_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// A contract is a JSON Schema that is published, and the type that it is made from.
type contract struct {
	id, title string
	text      string // the schema as it is published
	root      reflect.Type
	closed    map[string][]any
}

var (
	reportContract = contract{report.SchemaID, "backupdoctor report", report.JSONSchema(), reflect.TypeFor[report.Report](), closed}
	eventContract  = contract{report.EventSchemaID, "backupdoctor event", report.JSONEventSchema(), reflect.TypeFor[report.Event](), closedInEvents()}
	diffContract   = contract{report.DiffSchemaID, "backupdoctor diff", report.JSONDiffSchema(), reflect.TypeFor[report.Diff](), closedInDiffs}

	selfCheckContract = contract{report.SelfCheckSchemaID, "backupdoctor self-check", report.JSONSelfCheckSchema(), reflect.TypeFor[report.SelfCheck](), closedInSelfChecks}
)

// contractFiles hold the types of the contracts.
var contractFiles = []string{"report.go", "exit.go", "event.go", "diff.go", "self_check.go"}

// TestSchema holds the schemas to the types of the contracts, and their comments.
func TestSchema(t *testing.T) {
	reporttest.Golden(t, "schema.json", schemaOf(t, reportContract))
	reporttest.Golden(t, "event_schema.json", schemaOf(t, eventContract))
	reporttest.Golden(t, "diff_schema.json", schemaOf(t, diffContract))
	reporttest.Golden(t, "self_check_schema.json", schemaOf(t, selfCheckContract))
}

// A schema that lets everything through would hold nothing.
func TestSchemaRefuses(t *testing.T) {
	schema := reporttest.Validator(t, report.SchemaID, report.JSONSchema())
	good := jsonOf(t, report.New(reporttest.Run(reporttest.Failing("Léa’s iPhone"), reporttest.Unexamined("Sam’s iPhone"))))
	if err := reporttest.Validate(t, schema, good); err != nil {
		t.Fatalf("the sample itself: %v", err)
	}
	for name, change := range map[string][2]string{
		"an unknown status":     {`"status": "problem"`, `"status": "grave"`},
		"an unknown verdict":    {`"verdict": "failing"`, `"verdict": "ill"`},
		"a missing field":       {`"udid": "00008110-000514AE0C22801E",`, ``},
		"a number for a text":   {`"headline": "The Trust dialog is waiting on the device."`, `"headline": 7`},
		"null for a list":       {`"gaps": []`, `"gaps": null`},
		"a date in the wild":    {`"takenAt": "2026-11-20T08:30:00Z"`, `"takenAt": "yesterday"`},
		"another schema":        {`"schema": 1`, `"schema": 2`},
		"an exit code not ours": {`"code": 3`, `"code": 77`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := bytes.ReplaceAll(good, []byte(change[0]), []byte(change[1]))
			if bytes.Equal(bad, good) {
				t.Fatalf("the sample does not contain %s", change[0])
			}
			if err := reporttest.Validate(t, schema, bad); err == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

// Within a schema number fields are only added, so a reader must accept those it does not
// know, and so must the schema.
func TestSchemaAcceptsAdditions(t *testing.T) {
	document := jsonOf(t, report.New(reporttest.Run(reporttest.Well("iPhone"))))
	document = bytes.Replace(document, []byte(`"udid"`), []byte(`"colour": "blue", "udid"`), 1)
	if err := reporttest.Validate(t, reporttest.Validator(t, report.SchemaID, report.JSONSchema()), document); err != nil {
		t.Error(err)
	}
}

// A node is as much of JSON Schema as a report needs.
type node struct {
	Schema      string           `json:"$schema,omitempty"`
	ID          string           `json:"$id,omitempty"`
	Title       string           `json:"title,omitempty"`
	Ref         string           `json:"$ref,omitempty"`
	Description string           `json:"description,omitempty"`
	Type        string           `json:"type,omitempty"`
	Format      string           `json:"format,omitempty"`
	Enum        []any            `json:"enum,omitempty"`
	Items       *node            `json:"items,omitempty"`
	Properties  map[string]*node `json:"properties,omitempty"`
	Required    []string         `json:"required,omitempty"`
	Defs        map[string]*node `json:"$defs,omitempty"`
}

// schemaOf writes the JSON Schema of a contract from its Go types and their comments.
func schemaOf(t *testing.T, c contract) []byte {
	writer := schemaWriter{comments: comments(t, contractFiles...), closed: c.closed, defs: map[string]*node{}}
	writer.object(c.root)
	root := writer.defs[c.root.Name()]
	delete(writer.defs, c.root.Name())
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.ID = c.id
	root.Title = c.title
	root.Defs = writer.defs
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		t.Fatal(err)
	}
	return document.Bytes()
}

// closed lists the fields whose values are all known. Reasons are not among them: a later
// version may know more.
var closed = map[string][]any{
	"Report.schema":        {report.Schema},
	"Report.$schema":       {report.SchemaID},
	"Tool.effect":          {"read-only"},
	"Device.verdict":       verdicts(),
	"Need.shown":           {checks.ShownTrue, checks.ShownFalse, checks.NotShown},
	"Report.failOn":        {report.Unproved, report.Warning, report.Problem},
	"Finding.status":       {checks.OK, checks.Warning, checks.Problem, checks.Unknown, checks.Ask},
	"Finding.effect":       {checks.Blocks, checks.MayBlock, checks.Informs},
	"CauseCount.status":    {checks.Problem, checks.Warning},
	"Step.actor":           {remedies.User, remedies.Technician, remedies.Administrator, remedies.Apple},
	"Exit.code":            {report.ExitNoProblem, report.ExitProblems, report.ExitNotExamined, report.ExitNoDevice, report.ExitNoMux, report.ExitInterrupted},
	"Releases.tableSource": {"embedded", "updated"},
	"Report.subject":       {report.OfDevices, report.OfBackups},
	"Backup.verdict":       {device.Whole, device.Broken, device.CannotTell},
	"Backup.depth":         {device.QuickLook, device.DeepLook},
}

// verdicts are all that a device can have.
func verdicts() (all []any) {
	for _, v := range checks.Verdicts() {
		all = append(all, v)
	}
	return all
}

// closedInEvents is closed, with the values that an event has beside. A command may end
// with an error before there is a report, so that its exit code is any.
func closedInEvents() map[string][]any {
	known := maps.Clone(closed)
	known["Event.schema"] = []any{report.Schema}
	known["Event.event"] = []any{report.RunStart, report.DeviceAttached, report.DeviceState, report.DeviceDone, report.DeviceDetached, report.RunSummary, report.ExitError}
	known["Event.state"] = []any{report.Waiting, report.Reading, report.Verifying, report.AllRead, report.Retrying}
	known["Exit.code"] = nil
	for _, exit := range report.Exits() {
		known["Exit.code"] = append(known["Exit.code"], exit.Code)
	}
	return known
}

var closedInDiffs = map[string][]any{
	"Diff.schema":       {report.DiffSchema},
	"DeviceDiff.before": verdicts(),
	"DeviceDiff.after":  verdicts(),
	"Change.state":      {report.CauseNew, report.CauseStill, report.CauseFixed, report.CauseSuppressed, report.CauseUnknown, report.CauseGone},
}

var closedInSelfChecks = map[string][]any{
	"SelfCheck.schema":    {report.SelfCheckSchema},
	"ComputerLine.status": {checks.OK, checks.Warning, checks.Problem, checks.Unknown},
	"Exit.code":           {report.ExitNoProblem, report.ExitProblems},
}

type schemaWriter struct {
	comments map[string]string
	closed   map[string][]any
	defs     map[string]*node
}

// object describes a struct once, under its name, and refers to it.
func (s schemaWriter) object(t reflect.Type) *node {
	if s.defs[t.Name()] == nil {
		object := &node{Type: "object", Description: s.comments[t.Name()], Properties: map[string]*node{}}
		s.defs[t.Name()] = object
		for field := range t.Fields() {
			name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
			property := s.property(field.Type)
			property.Description = s.comments[t.Name()+"."+field.Name]
			property.Enum = s.closed[t.Name()+"."+name]
			object.Properties[name] = property
			if option == "" {
				object.Required = append(object.Required, name)
			}
		}
	}
	return &node{Ref: "#/$defs/" + t.Name()}
}

func (s schemaWriter) property(t reflect.Type) *node {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &node{Type: "string", Format: "date-time"}
	case t.Kind() == reflect.Struct:
		return s.object(t)
	case t.Kind() == reflect.Slice:
		return &node{Type: "array", Items: s.property(t.Elem())}
	case t.Kind() == reflect.Bool:
		return &node{Type: "boolean"}
	case t.Kind() == reflect.Pointer:
		return s.property(t.Elem())
	case t.Kind() == reflect.Int, t.Kind() == reflect.Uint64:
		return &node{Type: "integer"}
	default:
		return &node{Type: "string"}
	}
}

// comments reads the comments of struct types, under "Type", and of their fields, under
// "Type.Field".
func comments(t *testing.T, files ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.TYPE {
				continue
			}
			spec := general.Specs[0].(*ast.TypeSpec)
			structure, ok := spec.Type.(*ast.StructType)
			if !ok {
				continue
			}
			found[spec.Name.Name] = strings.Join(strings.Fields(general.Doc.Text()), " ")
			for _, field := range structure.Fields.List {
				found[spec.Name.Name+"."+field.Names[0].Name] = strings.TrimSpace(field.Comment.Text())
			}
		}
	}
	return found
}

func TestEveryFieldHasAComment(t *testing.T) {
	found := comments(t, contractFiles...)
	if len(found) < 60 {
		t.Fatalf("found only %d types and fields", len(found))
	}
	for name, comment := range found {
		if comment == "" {
			t.Errorf("%s has no comment", name)
		}
	}
	for name := range closedInEvents() {
		structure, _, _ := strings.Cut(name, ".")
		if found[structure] == "" {
			t.Errorf("closed names %s, which is no type", name)
		}
	}
}

// The exit codes of the schema leave out only the one that no report is written for.
func TestSchemaKnowsEveryExitCode(t *testing.T) {
	for _, exit := range report.Exits() {
		if known := slices.Contains(closed["Exit.code"], any(exit.Code)); known == (exit.Code == report.ExitUsage) {
			t.Errorf("exit code %d: in the schema %v", exit.Code, known)
		}
	}
}

func jsonOf(t testing.TB, r report.Report) []byte {
	t.Helper()
	var document bytes.Buffer
	if err := format.WriteJSON(&document, r); err != nil {
		t.Fatal(err)
	}
	return document.Bytes()
}

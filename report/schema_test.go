package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
)

// A contract is a kind of document, the Go type that its JSON Schema is generated from, and the
// closed value sets of its fields.
type contract struct {
	kind   report.Kind
	root   reflect.Type
	closed map[string][]any
}

var contracts = []contract{
	{report.KindReport, reflect.TypeFor[report.Report](), closed},
	{report.KindEvent, reflect.TypeFor[report.Event](), closedInEvents()},
	{report.KindDiff, reflect.TypeFor[report.Diff](), closedInDiffs},
	{report.KindRecording, reflect.TypeFor[device.Recording](), nil},
	{report.KindSelfCheck, reflect.TypeFor[report.SelfCheck](), closedInSelfChecks},
	{report.KindRuns, reflect.TypeFor[report.RunList](), nil},
	{report.KindStory, reflect.TypeFor[report.Story](), nil},
	{report.KindStale, reflect.TypeFor[report.Stale](), map[string][]any{"Managed.state": managedStates()}},
	{report.KindHistory, reflect.TypeFor[report.History](), closed},
	{report.KindRun, reflect.TypeFor[report.RunLine](), nil},
	{report.KindVisit, reflect.TypeFor[report.VisitLine](), closed},
	{report.KindSlotHealth, reflect.TypeFor[report.SlotReport](), nil},
	{report.KindDevices, reflect.TypeFor[report.DeviceList](), nil},
	{report.KindChecks, reflect.TypeFor[report.CheckList](), nil},
	{report.KindExplanation, reflect.TypeFor[report.Explanation](), nil},
	{report.KindVersion, reflect.TypeFor[report.Version](), nil},
	{report.KindReleases, reflect.TypeFor[report.ReleaseTable](), nil},
	{report.KindSettings, reflect.TypeFor[report.Settings](), nil},
	{report.KindSlots, reflect.TypeFor[report.SlotList](), nil},
	{report.KindFaultyFile, reflect.TypeFor[report.FaultyFile](), nil},
	{report.KindFleet, reflect.TypeFor[report.Fleet](), nil},
	{report.KindFleetChanges, reflect.TypeFor[report.FleetChanges](), map[string][]any{"FleetChange.change": {report.ChangeNew, report.ChangeStill, report.ChangeFixed}}},
	{report.KindFleetDevice, reflect.TypeFor[report.FleetStory](), nil},
	{report.KindFleetBenches, reflect.TypeFor[report.FleetBenches](), nil},
	{report.KindBenches, reflect.TypeFor[report.BenchList](), nil},
	{report.KindGaps, reflect.TypeFor[report.GapList](), nil},
	{report.KindRejects, reflect.TypeFor[report.RejectList](), nil},
	{report.KindReject, reflect.TypeFor[report.Reject](), nil},
	{report.KindHub, reflect.TypeFor[report.HubExamination](), map[string][]any{"HubPart.state": {"well", "warning", "failing", "unknown"}}},
	{report.KindRestarts, reflect.TypeFor[report.RestartList](), nil},
	{report.KindRepairs, reflect.TypeFor[report.RepairList](), nil},
	{report.KindRemedies, reflect.TypeFor[report.RemedyRates](), nil},
}

// contractFolders are the folders of the types of the contracts, by import path.
var contractFolders = map[string]string{
	reflect.TypeFor[report.Report]().PkgPath():    ".",
	reflect.TypeFor[device.Fact[int]]().PkgPath(): "../device",
}

// TestSchema checks the schemas against the Go types and their comments.
func TestSchema(t *testing.T) {
	var kinds []report.Kind
	for _, c := range contracts {
		kinds = append(kinds, c.kind)
		reporttest.Golden(t, filepath.Join("schemas", string(c.kind)+".json"), schemaOf(t, c))
	}
	for _, k := range report.Kinds() {
		if !slices.Contains(kinds, k.Kind) {
			t.Errorf("%s has no contract", k.Kind)
		}
	}
	if len(kinds) != len(report.Kinds()) {
		t.Errorf("%d contracts of %d kinds", len(kinds), len(report.Kinds()))
	}
}

// A schema must not accept everything.
func TestSchemaRefuses(t *testing.T) {
	good := jsonOf(t, report.New(reporttest.Run(reporttest.Failing("Léa’s iPhone"), reporttest.Unexamined("Sam’s iPhone"))))
	if err := schematest.Check(report.KindReport, good); err != nil {
		t.Fatalf("the sample itself: %v", err)
	}
	for name, change := range map[string][2]string{
		"an unknown status":     {`"status": "problem"`, `"status": "grave"`},
		"an unknown verdict":    {`"verdict": "failing"`, `"verdict": "ill"`},
		"a missing field":       {`"udid": "00008110-000514AE0C22801E",`, ``},
		"a number for a text":   {`"headline": "The Trust dialog is waiting on the device."`, `"headline": 7`},
		"null for a list":       {`"gaps": []`, `"gaps": null`},
		"a date in the wild":    {`"takenAt": "2026-11-20T08:30:00Z"`, `"takenAt": "yesterday"`},
		"another schema":        {`"schema": 2`, `"schema": 3`},
		"another kind":          {`"kind": "report"`, `"kind": "diff"`},
		"an exit code not ours": {`"code": 3`, `"code": 77`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := bytes.ReplaceAll(good, []byte(change[0]), []byte(change[1]))
			if bytes.Equal(bad, good) {
				t.Fatalf("the sample does not contain %s", change[0])
			}
			if _, refused := errors.AsType[*schematest.Refusal](schematest.Check(report.KindReport, bad)); !refused {
				t.Error("the schema accepts it")
			}
		})
	}
}

// Within a schema number fields are only added, so readers, and the schema, must accept unknown
// fields.
func TestSchemaAcceptsAdditions(t *testing.T) {
	document := jsonOf(t, report.New(reporttest.Run(reporttest.Well("iPhone"))))
	document = bytes.Replace(document, []byte(`"udid"`), []byte(`"colour": "blue", "udid"`), 1)
	if err := schematest.Check(report.KindReport, document); err != nil {
		t.Error(err)
	}
}

// A node is the subset of JSON Schema that reports need.
type node struct {
	Schema      string           `json:"$schema,omitempty"`
	ID          string           `json:"$id,omitempty"`
	Title       string           `json:"title,omitempty"`
	Ref         string           `json:"$ref,omitempty"`
	Description string           `json:"description,omitempty"`
	Type        any              `json:"type,omitempty"` // one or more names
	Format      string           `json:"format,omitempty"`
	Enum        []any            `json:"enum,omitempty"`
	Items       *node            `json:"items,omitempty"`
	Properties  map[string]*node `json:"properties,omitempty"`
	Required    []string         `json:"required,omitempty"`
	Defs        map[string]*node `json:"$defs,omitempty"`
}

// schemaOf generates the JSON Schema of a contract from its Go types and their comments.
func schemaOf(t *testing.T, c contract) []byte {
	said, err := comments()
	if err != nil {
		t.Fatal(err)
	}
	writer := schemaWriter{t: t, contract: c, comments: said, defs: map[string]*node{}, types: map[string]reflect.Type{}}
	writer.object(c.root)
	root := writer.defs[c.root.Name()]
	delete(writer.defs, c.root.Name())
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.ID = report.SchemaID(c.kind)
	root.Title = "backupdoctor " + string(c.kind)
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

// closed lists the fields with a closed set of values. Reasons are not among them, because a
// later version may add some.
var closed = map[string][]any{
	"Tool.effect":          {"read-only", report.EffectBackup},
	"Device.verdict":       verdicts(),
	"Managed.state":        managedStates(),
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
	"Copy.verdict":         copyVerdicts(),
	"Copy.depth":           {device.QuickLook, device.DeepLook},
	"OtherCopy.verdict":    {device.CopyProved, device.CopyNotProved, device.CopyBroken},
}

// copyVerdicts returns all verdicts of a copy.
func copyVerdicts() (all []any) {
	for _, v := range device.CopyVerdicts() {
		all = append(all, v)
	}
	return all
}

// verdicts returns all verdicts of a device.
func verdicts() (all []any) {
	for _, v := range checks.Verdicts() {
		all = append(all, v)
	}
	return all
}

// closedInEvents returns closed plus the values specific to events. A command may fail before
// there is a report, so any exit code is allowed.
func closedInEvents() map[string][]any {
	known := maps.Clone(closed)
	known["Event.event"] = []any{report.RunStart, report.DeviceAttached, report.DeviceState, report.DeviceDone, report.DeviceDetached, report.RunSummary, report.ExitError}
	known["Event.state"] = []any{report.Waiting, report.Reading, report.Verifying, report.AllRead, report.Retrying, report.Asking, report.Looking, report.Sending, report.Moving, report.Checking, report.Proving}
	known["Exit.code"] = nil
	for _, exit := range report.Exits() {
		known["Exit.code"] = append(known["Exit.code"], exit.Code)
	}
	return known
}

var closedInDiffs = map[string][]any{
	"DeviceDiff.before": verdicts(),
	"DeviceDiff.after":  verdicts(),
	"Change.state":      {report.CauseNew, report.CauseStill, report.CauseFixed, report.CauseSuppressed, report.CauseUnknown, report.CauseGone},
}

var closedInSelfChecks = map[string][]any{
	"ComputerLine.status": {checks.OK, checks.Warning, checks.Problem, checks.Unknown},
	"Exit.code":           {report.ExitNoProblem, report.ExitProblems},
}

type schemaWriter struct {
	t        *testing.T
	contract contract
	comments map[string]string
	defs     map[string]*node
	types    map[string]reflect.Type // of defs
}

// object describes a struct once, under its name, and returns a reference to it.
func (s schemaWriter) object(t reflect.Type) *node {
	if known := s.types[t.Name()]; known != nil && known != t {
		s.t.Errorf("%s: both %v and %v would be called %s", s.contract.kind, known, t, t.Name())
	}
	if s.defs[t.Name()] == nil {
		object := &node{Type: "object", Description: s.comments[t.PkgPath()+"."+t.Name()], Properties: map[string]*node{}}
		s.defs[t.Name()], s.types[t.Name()] = object, t
		s.fields(t, object, s.kindOf(t))
	}
	return &node{Ref: "#/$defs/" + t.Name()}
}

// kindOf returns the kind of a document: that of the contract, or of a report inside it.
func (s schemaWriter) kindOf(t reflect.Type) report.Kind {
	if t == reflect.TypeFor[report.Report]() {
		return report.KindReport
	}
	return s.contract.kind
}

// fields describes the fields of a struct, including those of embedded structs.
func (s schemaWriter) fields(t reflect.Type, object *node, kind report.Kind) {
	for field := range t.Fields() {
		if field.Anonymous {
			s.fields(field.Type, object, kind)
			continue
		}
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		property := s.property(field.Type)
		property.Description = s.comments[t.PkgPath()+"."+t.Name()+"."+field.Name]
		property.Enum = s.contract.closed[t.Name()+"."+name]
		switch {
		case name == "$schema":
			property.Enum = []any{report.SchemaID(kind)}
		case name == "kind" && !strings.HasPrefix(t.Name(), "Repair"): // a repair event has a kind of its own
			property.Enum = []any{kind}
		case name == "schema":
			property.Enum = []any{report.Schema}
		}
		object.Properties[name] = property
		if option == "" {
			object.Required = append(object.Required, name)
		}
	}
}

func (s schemaWriter) property(t reflect.Type) *node {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &node{Type: "string", Format: "date-time"}
	case strings.HasPrefix(t.Name(), "Fact["):
		return s.fact(t)
	case t.Kind() == reflect.Struct:
		return s.object(t)
	case t.Kind() == reflect.Slice:
		return &node{Type: "array", Items: s.property(t.Elem())}
	case t.Kind() == reflect.Bool:
		return &node{Type: "boolean"}
	case t.Kind() == reflect.Pointer:
		return s.property(t.Elem())
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64, t.Kind() == reflect.Uint64:
		return &node{Type: "integer"}
	case t.Kind() == reflect.Float64:
		return &node{Type: "number"}
	case t.Kind() == reflect.String:
		return &node{Type: "string"}
	}
	s.t.Fatalf("%s: no schema for %v", s.contract.kind, t)
	return nil
}

// fact describes a fact: its value, or the reason why it is unknown.
func (s schemaWriter) fact(t reflect.Type) *node {
	get, _ := t.MethodByName("Get")
	value := s.property(get.Type.Out(0))
	if value.Type == "array" {
		value.Type = []string{"array", "null"} // an empty list is null
	}
	value.Description = "the value; absent if it is unknown"
	fact := &node{Type: "object", Properties: map[string]*node{"value": value}}
	s.fields(reflect.TypeFor[device.Gap](), fact, "")
	fact.Required = nil
	return fact
}

// comments are the comments of struct types, keyed by "path.Type", and of their fields, keyed by
// "path.Type.Field".
var comments = sync.OnceValues(func() (map[string]string, error) {
	found := map[string]string{}
	for path, folder := range contractFolders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			for _, declaration := range file.Decls {
				commentsOf(declaration, path, found)
			}
		}
	}
	return found, nil
})

func commentsOf(declaration ast.Decl, path string, found map[string]string) {
	general, ok := declaration.(*ast.GenDecl)
	if !ok || general.Tok != token.TYPE {
		return
	}
	spec := general.Specs[0].(*ast.TypeSpec)
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	name := path + "." + spec.Name.Name
	found[name] = strings.Join(strings.Fields(general.Doc.Text()), " ")
	for _, field := range structure.Fields.List {
		for _, one := range field.Names {
			found[name+"."+one.Name] = strings.TrimSpace(field.Comment.Text())
		}
	}
}

// Every type and field of a document needs a comment, which becomes its description.
func TestEveryFieldHasAComment(t *testing.T) {
	for _, c := range contracts {
		var document node
		if err := json.Unmarshal(schemaOf(t, c), &document); err != nil {
			t.Fatal(err)
		}
		if document.Defs == nil {
			document.Defs = map[string]*node{}
		}
		document.Defs[string(c.kind)] = &document
		for name, object := range document.Defs {
			if object.Description == "" {
				t.Errorf("%s: %s has no comment", c.kind, name)
			}
			for field, property := range object.Properties {
				if property.Description == "" && property.Ref == "" {
					t.Errorf("%s: %s.%s has no comment", c.kind, name, field)
				}
			}
		}
		for name := range c.closed {
			structure, field, _ := strings.Cut(name, ".")
			object := document.Defs[structure]
			if structure == c.root.Name() {
				object = &document
			}
			if c.kind == report.KindReport && (object == nil || object.Properties[field] == nil) {
				t.Errorf("closed names %s, which is no field", name)
			}
		}
	}
}

// The schema lists every exit code except the one for which no report is written.
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

func managedStates() []any {
	var all []any
	for _, state := range checks.ManagedStates() {
		all = append(all, state)
	}
	return all
}

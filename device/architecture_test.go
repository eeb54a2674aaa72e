package device

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/backupdoctor/backupdoctor/"

// A room is a package and what its code may import. Tests may import more: those of a
// package that reads devices use device/sim.
type room struct {
	ours   []string // packages of this module
	theirs []string // third-party modules and packages
	banned []string // parts of the standard library that give access to the outside
}

// rooms lists the allowed imports. Facts flow one way: from the packages below device,
// through the snapshot, to checks, to report, to a person. Changing this table is a design
// decision: explain it in the commit message.
var rooms = map[string]room{
	"device": {
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"device/safeplist": {
		ours:   []string{"device"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"device/actlock": {
		ours:   []string{"device"},
		theirs: []string{"github.com/gofrs/flock"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/host": {
		ours:   []string{"device"},
		theirs: []string{"golang.org/x/sys/unix", "golang.org/x/sys/windows"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/usb": {
		ours:   []string{"device", "device/safeplist", "device/backuplog", "device/usb/mobilebackup"},
		theirs: []string{"github.com/danielpaulus/go-ios/ios", "howett.net/plist"},
		banned: []string{"os/exec", "net/http"},
	},
	// It uses any connection it is given: go-ios stays in device/usb.
	"device/usb/mobilebackup": {
		ours:   []string{"device", "device/host", "device/safeplist"},
		theirs: []string{"howett.net/plist", "golang.org/x/sys/unix"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/backup/library": {
		ours:   []string{"device", "device/host", "device/backup/manifest", "device/wholefile"},
		theirs: []string{"github.com/gofrs/flock", "golang.org/x/sys/unix", "golang.org/x/sys/windows"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/sim": {
		ours:   []string{"device", "device/sim/mobilebackup"},
		theirs: []string{"howett.net/plist"},
		banned: []string{"os/exec", "net/http"},
	},
	"device/sim/mobilebackup": {
		theirs: []string{"howett.net/plist", "zombiezen.com/go/sqlite", "zombiezen.com/go/sqlite/sqlitex"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"device/wholefile": {
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/backup": {
		ours: []string{
			"device", "device/host", "device/safeplist", "device/backup/cbc", "device/backup/database",
			"device/backup/evidence", "device/backup/keybag", "device/backup/manifest",
		},
		theirs: []string{"golang.org/x/sys/unix", "golang.org/x/sys/windows"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/backup/cbc": {
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"device/backup/database": {
		theirs: []string{"modernc.org/sqlite/vfs", "zombiezen.com/go/sqlite"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/backup/evidence": {
		ours:   []string{"device", "device/safeplist", "device/backup/database"},
		theirs: []string{"zombiezen.com/go/sqlite"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"device/backup/keybag": {
		banned: []string{"os", "os/exec", "net", "net/http", "log", "log/slog"},
	},
	"device/backup/manifest": {
		ours:   []string{"device/backup/cbc", "device/backup/database", "device/backup/mbfile"},
		theirs: []string{"zombiezen.com/go/sqlite"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/backup/mbfile": {
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"device/reach": {
		ours:   []string{"device"},
		banned: []string{"os", "os/exec"},
	},
	"device/backuplog": {
		ours:   []string{"device"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"device/sysdiagnose": {
		ours:   []string{"device", "device/safeplist", "device/backup/evidence"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"device/labels": {
		ours:   []string{"device"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"device/releases": {
		ours:   []string{"device", "device/wholefile"},
		banned: []string{"os/exec"},
	},
	"device/releases/generate": {
		ours: []string{"device/releases"},
	},
	"checks": {
		ours:   []string{"device", "checks/codes", "checks/faults", "checks/remedies", "checks/words"},
		banned: []string{"os", "os/exec", "net", "net/http", "net/netip", "io/fs", "path/filepath", "embed"},
	},
	"checks/computer": {
		ours:   []string{"device", "checks"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"checks/codes": {
		ours:   []string{"device", "checks/remedies"},
		banned: []string{"os", "os/exec", "net", "net/http", "net/netip", "io/fs", "path/filepath", "embed"},
	},
	"checks/remedies": {
		ours:   []string{"device"},
		banned: []string{"os", "os/exec", "net", "net/http", "net/netip", "io/fs", "path/filepath", "embed"},
	},
	"checks/faults": {
		banned: []string{"os", "os/exec", "net", "net/http", "net/netip", "io/fs", "path/filepath", "embed"},
	},
	"checks/words": {
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"report": {
		ours:   []string{"device", "device/labels", "checks", "checks/codes", "checks/computer", "checks/faults", "checks/remedies", "checks/words"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	// Writers use the report contract. They also need the names of verdicts and statuses
	// from checks, the texts that explain prints from the packages below it, and the texts
	// of reasons from device.
	"report/format": {
		ours:   []string{"device", "checks", "checks/words", "checks/codes", "checks/remedies", "report"},
		theirs: []string{"github.com/olekukonko/tablewriter", "github.com/clipperhouse/displaywidth"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"checks/suppressions": {
		ours:   []string{"device", "checks"},
		theirs: []string{"go.yaml.in/yaml/v4"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"report/ledger/file": {
		banned: []string{"os/exec", "net", "net/http"},
	},
	"report/ledger": {
		ours:   []string{"device", "checks", "checks/words", "report", "report/ledger/file", "report/relay/envelope", "report/relay/receipt"},
		theirs: []string{"github.com/gofrs/flock", "github.com/google/uuid", "github.com/klauspost/compress/zstd", "modernc.org/sqlite"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"report/ledger/postgres": {
		theirs: []string{"github.com/jackc/pgx/v5"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"report/ledger/export": {
		ours:   []string{"device", "checks", "checks/words", "report", "report/ledger", "report/format"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"report/ledger/metrics": {
		ours:   []string{"checks", "report/ledger"},
		theirs: []string{"github.com/prometheus/client_golang/prometheus"},
		banned: []string{"os", "os/exec"},
	},
	"report/web/hubpages": {
		ours: []string{
			"device", "checks", "checks/words", "report", "report/ledger", "report/ledger/export", "report/ledger/metrics", "report/format", "report/web",
		},
		theirs: []string{"github.com/prometheus/client_golang/prometheus"},
		banned: []string{"os", "os/exec"},
	},
	"report/web": {
		ours:   []string{"device", "checks", "checks/words", "report", "report/format"},
		theirs: []string{"golang.org/x/time/rate"},
		banned: []string{"os", "os/exec"},
	},
	"report/relay": {
		ours: []string{"device/wholefile", "report", "report/relay/credentials", "report/relay/envelope", "report/relay/receipt"},
		theirs: []string{
			"github.com/nats-io/jwt/v2", "github.com/nats-io/nats-server/v2/server", "github.com/nats-io/nats.go",
			"github.com/gofrs/flock",
		},
		banned: []string{"os/exec", "net/http"},
	},
	"report/relay/credentials": {
		ours:   []string{"device/wholefile", "report/relay/envelope"},
		theirs: []string{"github.com/nats-io/jwt/v2", "github.com/nats-io/nkeys"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"report/relay/envelope": {
		ours:   []string{"report"},
		theirs: []string{"github.com/google/uuid", "github.com/tidwall/gjson"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"report/relay/receipt": {
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"report/web/benchpages": {
		ours:   []string{"device", "device/labels", "checks", "checks/words", "report", "report/format", "report/web"},
		banned: []string{"os", "os/exec", "io/fs"},
	},
	"cmd/backupdoctor": {
		ours: []string{
			"device", "device/usb", "device/sim", "device/releases", "device/reach", "device/backup", "device/backup/library", "device/usb/mobilebackup", "device/labels", "device/host", "device/actlock",
			"checks", "checks/codes", "checks/faults", "checks/suppressions", "checks/words", "report", "report/format", "report/ledger", "report/ledger/export", "report/web/benchpages", "report/web", "testdata", "device/wholefile",
			"cmd/backupdoctor/command", "cmd/backupdoctor/config", "cmd/backupdoctor/disk", "cmd/backupdoctor/heap", "cmd/backupdoctor/hook", "cmd/backupdoctor/input", "cmd/backupdoctor/output", "cmd/backupdoctor/restart", "cmd/backupdoctor/scan", "cmd/backupdoctor/setaside", "cmd/backupdoctor/slots", "cmd/backupdoctor/terminal", "cmd/backupdoctor/treat",
			"cmd/backupdoctor/hub", // only in the file with build tag fleet
		},
		theirs: []string{"github.com/urfave/cli/v2", "github.com/cpuguy83/go-md2man/v2/md2man"},
	},
	"cmd/backupdoctor/command": {
		ours:   []string{"checks", "device/releases", "report", "cmd/backupdoctor/terminal"},
		theirs: []string{"github.com/urfave/cli/v2", "github.com/xrash/smetrics"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/disk": {
		ours:   []string{"device", "device/host", "checks/words"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/config": {
		ours:   []string{"cmd/backupdoctor/command", "cmd/backupdoctor/input"},
		theirs: []string{"go.yaml.in/yaml/v4"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/output": {
		ours:   []string{"device", "device/wholefile", "report", "cmd/backupdoctor/command"},
		theirs: []string{"github.com/urfave/cli/v2"}, // to read the output format flags
		banned: []string{"os/exec", "net/http"},      // it may write to a named socket
	},
	"cmd/backupdoctor/terminal": {
		ours: []string{
			"device", "device/backup", "device/backuplog", "device/sysdiagnose", "checks", "checks/codes", "checks/words", "report", "report/format",
		},
		theirs: []string{"github.com/clipperhouse/displaywidth", "golang.org/x/sys/windows", "golang.org/x/term"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/scan": {
		ours: []string{
			"device", "device/usb", "device/backuplog", "device/releases", "device/reach", "device/backup", "device/backup/keybag", "device/backup/library", "device/backup/manifest", "device/usb/mobilebackup", "device/sysdiagnose", "device/labels", "device/wholefile", "device/actlock", "device/host",
			"checks", "checks/faults", "checks/remedies", "checks/suppressions", "checks/words", "report", "report/format", "report/ledger", "report/relay/envelope", "report/relay/receipt",
			"cmd/backupdoctor/command", "cmd/backupdoctor/disk", "cmd/backupdoctor/hook", "cmd/backupdoctor/input", "cmd/backupdoctor/notify", "cmd/backupdoctor/output", "cmd/backupdoctor/restart", "cmd/backupdoctor/terminal", "cmd/backupdoctor/treat", "cmd/backupdoctor/workers",
		},
		theirs: []string{"github.com/google/uuid", "golang.org/x/sys/unix", "golang.org/x/sys/windows"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	// An act on a device: its package is small, so that what it may do is easily read.
	"cmd/backupdoctor/restart": {
		ours:   []string{"device", "device/actlock", "device/usb", "checks"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	// It decides, and neither reads devices nor writes to a terminal.
	"cmd/backupdoctor/treat": {
		ours:   []string{"device", "checks", "checks/remedies", "checks/words", "report", "report/format"},
		banned: []string{"os", "os/exec", "net", "net/http", "io/fs"},
	},
	"cmd/backupdoctor/setaside": {
		ours:   []string{"device", "device/backup", "checks/words", "cmd/backupdoctor/command"},
		banned: []string{"os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/slots": {
		ours:   []string{"device", "device/labels", "device/usb", "report", "cmd/backupdoctor/scan", "cmd/backupdoctor/terminal"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/hub": {
		ours: []string{
			"device", "device/host", "device/wholefile", "checks", "checks/words", "report", "report/format", "report/ledger", "report/ledger/export", "report/ledger/postgres", "report/web/hubpages",
			"report/relay", "report/relay/credentials", "report/relay/envelope", "report/relay/receipt", "report/web",
			"cmd/backupdoctor/command", "cmd/backupdoctor/output", "cmd/backupdoctor/scan", "cmd/backupdoctor/terminal",
		},
		theirs: []string{
			"github.com/urfave/cli/v2", "github.com/dustin/go-humanize", "github.com/gofrs/flock",
			"github.com/prometheus/client_golang/prometheus",
		},
		banned: []string{"os/exec"},
	},
	// Run by the release, and no part of the program.
	"cmd/backupdoctor/packaging/image": {
		banned: []string{"os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/heap": {
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/workers": {
		ours:   []string{"device"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/input": {
		banned: []string{"os/exec", "net", "net/http"},
	},
	"cmd/backupdoctor/hook": {
		ours:   []string{"report", "report/format"},
		banned: []string{"net", "net/http"},
	},
	"cmd/backupdoctor/notify": {
		ours:   []string{"report"},
		banned: []string{"net", "net/http"},
	},
	"testdata": {},
	// The packages below are for tests and benchmarks only.
	"testdata/backuphost": {
		theirs: []string{"howett.net/plist"},
		banned: []string{"os", "os/exec", "net", "net/http"},
	},
	"testdata/backuptest": {
		theirs: []string{"howett.net/plist", "zombiezen.com/go/sqlite"},
	},
	"testdata/bench": {
		ours: []string{"device", "device/backup", "device/sysdiagnose", "testdata/backuptest"},
	},
	"testdata/browsertest": {
		theirs: []string{
			"github.com/chromedp/chromedp", "github.com/chromedp/cdproto/browser", "github.com/chromedp/cdproto/cdp", "github.com/chromedp/cdproto/emulation",
			"github.com/chromedp/cdproto/log", "github.com/chromedp/cdproto/network", "github.com/chromedp/cdproto/page", "github.com/chromedp/cdproto/runtime",
		},
	},
	"testdata/cluster": {
		theirs: []string{"github.com/jackc/pgx/v5/stdlib"},
		banned: []string{"net", "net/http"},
	},
	"testdata/screenshots": {
		ours: []string{"report", "report/ledger", "report/web/hubpages", "report/web/benchpages", "report/relay/envelope", "report/web"},
	},
	"testdata/reporttest": {
		ours: []string{"device", "checks", "checks/remedies", "report"},
	},
	"testdata/schematest": {
		ours:   []string{"report"},
		theirs: []string{"github.com/santhosh-tekuri/jsonschema/v6"},
	},
	"testdata/schematest/conforms": {
		ours: []string{"report", "testdata/schematest"},
	},
}

// bannedNames are names of folders that tend to collect unrelated code.
var bannedNames = []string{"internal", "pkg", "util", "utils", "common", "types", "models", "mocks", "helpers", "misc"}

// sources returns every Go file of the project, for all systems, by folder.
func sources(t *testing.T) map[string][]sourceFile {
	t.Helper()
	found, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var parsed = sync.OnceValues(func() (map[string][]sourceFile, error) {
	root, set, found := os.DirFS(".."), token.NewFileSet(), map[string][]sourceFile{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder := path.Dir(name)
		found[folder] = append(found[folder], sourceFile{name, tree})
		return nil
	})
	return found, err
})

type sourceFile struct {
	name string
	*ast.File
}

func (f sourceFile) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// imported returns every package that the file imports.
func (f sourceFile) imported() []string {
	var packages []string
	for _, spec := range f.Imports {
		if name, err := strconv.Unquote(spec.Path.Value); err == nil {
			packages = append(packages, name)
		}
	}
	return packages
}

// verbs maps folders to what the packages in and below them do. The longest match applies.
// No package does two of these, and none imports one that comes later.
var verbs = map[string]string{
	"device":        "learn",
	"checks":        "judge",
	"report":        "render",
	"report/format": "render",
	"report/relay":  "keep",
	"report/ledger": "keep",
	"report/web":    "keep",
	"cmd":           "connect",
}

// flow is the order of the verbs.
var flow = []string{"learn", "judge", "render", "keep", "connect"}

func verbOf(folder string) string {
	for folder != "." {
		if verb, ok := verbs[folder]; ok {
			return verb
		}
		folder = path.Dir(folder)
	}
	return ""
}

func TestNoImportPointsUp(t *testing.T) {
	for folder, room := range rooms {
		if strings.HasPrefix(folder, "testdata") {
			continue
		}
		verb := slices.Index(flow, verbOf(folder))
		if verb < 0 {
			t.Errorf("package %s has no verb: say what it does", folder)
		}
		for _, other := range room.ours {
			if slices.Index(flow, verbOf(other)) > verb {
				t.Errorf("%s may import %s: what %ss must not know what %ss", folder, other, verbOf(folder), verbOf(other))
			}
		}
	}
}

func TestWhoMayImportWhom(t *testing.T) {
	found := sources(t)
	for folder, files := range found {
		room, ok := rooms[folder]
		if !ok {
			t.Errorf("package %s has no line in the table of rooms: a new package is a decision about the design", folder)
			continue
		}
		for _, file := range files {
			if file.isTest() {
				continue
			}
			for _, name := range file.imported() {
				if rule := room.forbids(name); rule != "" {
					t.Errorf("%s imports %s: %s %s", file.name, name, folder, rule)
				}
			}
		}
	}
	for folder := range rooms {
		if _, ok := found[folder]; !ok {
			t.Errorf("package %s is in the table of rooms and not in the project", folder)
		}
	}
}

// forbids returns the rule that an import breaks, or "" if it breaks none.
func (r room) forbids(name string) string {
	ours, isOurs := strings.CutPrefix(name, module)
	switch {
	case isOurs && !slices.Contains(r.ours, ours):
		return "may import of this module only [" + strings.Join(r.ours, " ") + "]"
	case isOurs:
		return ""
	case strings.Contains(strings.Split(name, "/")[0], "."):
		if !slices.ContainsFunc(r.theirs, func(allowed string) bool { return name == allowed || strings.HasPrefix(name, allowed+"/") }) {
			return "may import of other people's only [" + strings.Join(r.theirs, " ") + "]"
		}
	case slices.Contains(r.banned, name):
		return "must not reach the world"
	}
	return ""
}

func TestForbids(t *testing.T) {
	checks := rooms["checks"]
	for _, name := range []string{"os", "net/http", module + "report", module + "device/usb", "github.com/urfave/cli/v2"} {
		if checks.forbids(name) == "" {
			t.Errorf("checks may import %s", name)
		}
	}
	for _, name := range []string{"time", "fmt", module + "device"} {
		if rule := checks.forbids(name); rule != "" {
			t.Errorf("checks may not import %s: it %s", name, rule)
		}
	}
}

// TestGoIOSStaysBehindItsWall includes tests, except those of the tray, where go-ios is one
// of the third-party clients that it must support.
func TestGoIOSStaysBehindItsWall(t *testing.T) {
	for folder, files := range sources(t) {
		for _, file := range files {
			allowed := folder == "device/usb" || folder == "device/sim" && file.isTest()
			for _, name := range file.imported() {
				if strings.HasPrefix(name, "github.com/danielpaulus/go-ios") && !allowed {
					t.Errorf("%s imports %s: go-ios lives in device/usb alone", file.name, name)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for folder, files := range sources(t) {
		said := slices.ContainsFunc(files, func(f sourceFile) bool { return !f.isTest() && f.Doc != nil })
		if !said {
			t.Errorf("package %s has no package comment", folder)
		}
	}
}

// TestPackagesStaySmall ensures that a package can be read whole. Only checks may grow: each check is a
// file.
func TestPackagesStaySmall(t *testing.T) {
	const most = 60
	for folder, files := range sources(t) {
		product := slices.DeleteFunc(slices.Clone(files), sourceFile.isTest)
		if len(product) > most && folder != "checks" {
			t.Errorf("package %s has %d files without tests; move what has a job of its own into a package of its own", folder, len(product))
		}
	}
}

// TestNothingRunsBeforeMain rejects init functions, whose effects are invisible where they
// matter.
func TestNothingRunsBeforeMain(t *testing.T) {
	for _, files := range sources(t) {
		for _, file := range files {
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s has an init function: call what it does by name", file.name)
				}
			}
		}
	}
}

// TestPureRoomsHaveNoClock ensures that a recording always gives the same report.
func TestPureRoomsHaveNoClock(t *testing.T) {
	found := sources(t)
	for _, folder := range []string{"device", "checks", "checks/codes", "checks/faults", "checks/remedies", "checks/suppressions", "report", "report/format"} {
		for _, file := range found[folder] {
			if file.isTest() {
				continue
			}
			for node := range ast.Preorder(file.File) {
				if selector, ok := node.(*ast.SelectorExpr); ok && isClock(selector) {
					t.Errorf("%s reads the clock: the only time %s knows is Snapshot.TakenAt", file.name, folder)
				}
			}
		}
	}
}

func isClock(selector *ast.SelectorExpr) bool {
	name, ok := selector.X.(*ast.Ident)
	return ok && name.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, selector.Sel.Name)
}

func TestFoldersHaveNames(t *testing.T) {
	for _, folder := range slices.Sorted(maps.Keys(sources(t))) {
		for name := range strings.SplitSeq(folder, "/") {
			if slices.Contains(bannedNames, name) {
				t.Errorf("%s: a folder named %q says nothing of what is in it", folder, name)
			}
		}
	}
}

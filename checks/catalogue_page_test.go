package checks

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// catalogue writes checks as a Markdown page: an index, an entry for each check, then every
// remedy they name or need, once. Steps and questions are in the wording of the newest version,
// for no particular model.
func catalogue(list []*Check) string {
	var b strings.Builder
	b.WriteString(catalogueHead)
	for _, c := range list {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", c.ID, c.ID, c.Title, c.Effect, answeredBy(c))
	}
	for _, c := range list {
		writeCheck(&b, c)
	}
	b.WriteString(remediesHead)
	named := remediesOf(list)
	for _, r := range remedies.All() {
		if slices.Contains(named, r.ID) {
			writeRemedy(&b, r)
		}
	}
	return b.String()
}

const catalogueHead = `# The checks

This page is generated from the code in this folder. Change it there, then run:

    UPDATE=1 go test ./checks -run TestReadme

**Effect** is what an unhealthy answer does to iCloud Backup: it *blocks* it, it *may-block* it, or it only *informs*.
**Answered** tells by whom: *over USB*, by a *person*, or by *both*, where USB, or a backup on this computer, tells a part and a person the rest.

Menu paths are those of the newest version; a scan gives those of the device at hand. [name] is the name of the owner at the top of Settings.

| Check | Healthy if | Effect | Answered |
| --- | --- | --- | --- |
`

const remediesHead = `
# The remedies

In the order of a plan: cheapest and safest first.
`

// answeredBy says who can answer a check.
func answeredBy(c *Check) string {
	switch {
	case c.Judge == nil:
		return "person"
	case c.Ask == "":
		return "over USB"
	default:
		return "both"
	}
}

func writeCheck(b *strings.Builder, c *Check) {
	fmt.Fprintf(b, "\n## %s\n\n**%s** · %s · %s\n\n%s\n", c.ID, c.Title, c.Effect, answeredBy(c), c.Doc)
	if question, ok := remedies.Expand(c.Ask, device.Identity{}); ok && question != "" {
		fmt.Fprintf(b, "\n> %s\n", question)
	}
	b.WriteString("\nRemedies, in the order to try them:\n\n")
	for i, id := range c.Remedies {
		fmt.Fprintf(b, "%d. %s\n", i+1, remedyLink(id))
	}
	if len(c.Explains) > 0 {
		b.WriteString("\nExplains:\n\n")
		for _, id := range c.Explains {
			fmt.Fprintf(b, "- [%s](#%s)\n", id, id)
		}
	}
	writeSources(b, c.Sources)
}

func writeRemedy(b *strings.Builder, r *remedies.Remedy) {
	fmt.Fprintf(b, "\n## %s\n\n**%s** · %s\n", r.ID, r.Title, r.Actor)
	if r.Risk != "" {
		fmt.Fprintf(b, "\nRisk: %s\n", r.Risk)
	}
	if len(r.Needs) > 0 {
		b.WriteString("\nBefore it:\n\n")
		for _, id := range r.Needs {
			fmt.Fprintf(b, "- %s\n", remedyLink(id))
		}
	}
	b.WriteString("\n")
	for i, step := range r.Lines(device.Identity{}) {
		fmt.Fprintf(b, "%d. %s\n", i+1, step)
	}
	writeSources(b, r.Sources)
}

func remedyLink(id remedies.ID) string {
	r, ok := remedies.Find(id)
	if !ok {
		return string(id)
	}
	return fmt.Sprintf("[%s](#%s)", r.Heading(), id)
}

func writeSources(b *strings.Builder, sources []remedies.Source) {
	if len(sources) == 0 {
		return
	}
	b.WriteString("\nSources:\n\n")
	for _, s := range sources {
		if s.URL == "" {
			fmt.Fprintf(b, "- %s\n", s.Title)
			continue
		}
		fmt.Fprintf(b, "- [%s](%s)\n", s.Title, s.URL)
	}
}

// remediesOf returns the remedies that checks and codes name, and their prerequisites.
func remediesOf(list []*Check) []remedies.ID {
	var ids []remedies.ID
	for _, c := range list {
		ids = append(ids, c.Remedies...)
	}
	for _, m := range codes.Meanings() {
		ids = append(ids, m.Remedies...)
	}
	// ids grows during the loop: a prerequisite may have prerequisites.
	for i := 0; i < len(ids); i++ {
		if r, ok := remedies.Find(ids[i]); ok {
			ids = append(ids, r.Needs...)
		}
	}
	return ids
}

// The catalogue states the preconditions of each remedy that deletes.
func TestPreconditionsInTheCatalogue(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(text)), " ")
	for _, r := range remedies.All() {
		if r.Loses == remedies.LosesNothing && r.Guard == remedies.Unguarded {
			continue
		}
		first := strings.Join(strings.Fields(r.Lines(device.Identity{})[0]), " ")
		if !strings.Contains(page, r.Heading()) || !strings.Contains(page, first) {
			t.Errorf("%s is listed without %q", r.ID, first)
		}
		if strings.Count(page, r.Title+"]") > 0 && r.Heading() != r.Title {
			t.Errorf("%s is linked by its title alone", r.ID)
		}
	}
}

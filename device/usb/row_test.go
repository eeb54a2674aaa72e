package usb

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// A row lists, for each question of a snapshot, its reason or "known".
type row map[string]string

// rowOf flattens a snapshot: device.name, live.disk.freeBytes, …
func rowOf(t testing.TB, snapshot device.Snapshot) row {
	t.Helper()
	text, err := json.Marshal(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	flat := row{}
	flatten(flat, "", tree)
	delete(flat, "live.ended")
	return flat
}

func flatten(flat row, path string, value any) {
	node, ok := value.(map[string]any)
	if !ok {
		return
	}
	if reason, ok := node["reason"].(string); ok {
		flat[path] = reason
		return
	}
	if _, ok := node["value"]; ok {
		flat[path] = "known"
		return
	}
	for name, inner := range node {
		flatten(flat, strings.TrimPrefix(path+"."+name, "."), inner)
	}
}

// but returns the row with some questions changed. A name includes all questions below it, a
// longer name takes precedence over a shorter one, and "" means all questions.
func (r row) but(changes row) row {
	changed := maps.Clone(r)
	for path := range r {
		for _, name := range slices.SortedFunc(maps.Keys(changes), func(a, b string) int { return len(a) - len(b) }) {
			if name == "" || path == name || strings.HasPrefix(path, name+".") {
				changed[path] = changes[name]
			}
		}
	}
	return changed
}

// all assigns one reason to several questions.
func all(reason device.Reason, names ...string) row {
	changes := row{}
	for _, name := range names {
		changes[name] = string(reason)
	}
	return changes
}

// and merges changes.
func (r row) and(more row) row {
	joined := maps.Clone(r)
	maps.Copy(joined, more)
	return joined
}

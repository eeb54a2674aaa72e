package export

import (
	"bytes"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report/fleet"
)

var errBroken = errors.New("the database is gone")

// rows are two benches, the second with a name that would be a formula, and then an error.
func rows(last error) iter.Seq2[fleet.Bench, error] {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	return func(yield func(fleet.Bench, error) bool) {
		_ = yield(fleet.Bench{Name: "oslo", Site: "a,b", ReceivedAt: at, TakenAt: at, Reports: 2}, nil) &&
			yield(fleet.Bench{Name: "=1+1", Site: "<b>\u202e", ReceivedAt: at, TakenAt: at}, nil) &&
			last != nil && yield(fleet.Bench{}, last)
	}
}

func TestFormats(t *testing.T) {
	cases := []struct {
		name  string
		write func(*bytes.Buffer, iter.Seq2[fleet.Bench, error]) error
		want  string
	}{
		{"CSV", func(w *bytes.Buffer, rows iter.Seq2[fleet.Bench, error]) error { return CSV(w, Benches, rows) }, `bench,site,tool,receivedAt,takenAt,lagSeconds,reports,refused,devices
oslo,"a,b",,2026-11-20T12:00:00Z,2026-11-20T12:00:00Z,0,2,0,0
'=1+1,<b>,,2026-11-20T12:00:00Z,2026-11-20T12:00:00Z,0,0,0,0
`},
		{"JSON", func(w *bytes.Buffer, rows iter.Seq2[fleet.Bench, error]) error { return JSON(w, rows) }, `[
{"bench":"oslo","site":"a,b","tool":"","receivedAt":"2026-11-20T12:00:00Z","takenAt":"2026-11-20T12:00:00Z","lagSeconds":0,"reports":2,"refused":0,"devices":0},
{"bench":"=1+1","site":"\u003cb\u003e\u202e","tool":"","receivedAt":"2026-11-20T12:00:00Z","takenAt":"2026-11-20T12:00:00Z","lagSeconds":0,"reports":0,"refused":0,"devices":0}
]
`},
		{"HTML", func(w *bytes.Buffer, rows iter.Seq2[fleet.Bench, error]) error {
			return HTML(w, "Benches & more", Benches, rows)
		},
			`<tr><td>oslo</td><td>a,b</td><td></td><td>2026-11-20T12:00:00Z</td><td>2026-11-20T12:00:00Z</td><td>0</td><td>2</td><td>0</td><td>0</td></tr>
<tr><td>=1&#43;1</td><td>&lt;b&gt;</td><td></td><td>2026-11-20T12:00:00Z</td><td>2026-11-20T12:00:00Z</td><td>0</td><td>0</td><td>0</td><td>0</td></tr>
</tbody></table></div>
`},
	}
	for _, c := range cases {
		var whole, broken bytes.Buffer
		if err := c.write(&whole, rows(nil)); err != nil || !strings.HasSuffix(whole.String(), c.want) {
			t.Errorf("%s: %v\n%s", c.name, err, &whole)
		}
		if err := c.write(&broken, rows(errBroken)); !errors.Is(err, errBroken) {
			t.Errorf("%s that breaks off ends with %v", c.name, err)
		}
		if c.name != "CSV" && !(broken.Len() < whole.Len()) {
			t.Errorf("%s that breaks off looks whole", c.name)
		}
	}
}

package hubpages

import (
	"iter"
	"net/http"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
)

// export sends a whole list, with the same filter as its page.
func (s *site) export(w http.ResponseWriter, r *http.Request) {
	ctx, view := r.Context(), r.PathValue("view")
	switch view {
	case "devices":
		if who := r.FormValue("find"); who != "" {
			send(s, w, r, view, export.Devices(s.Now()), ledger.All(func(ledger.Page) (ledger.List[ledger.Device], error) {
				found, err := s.Store.Find(ctx, who)
				return ledger.List[ledger.Device]{Rows: found}, err
			}))
			return
		}
		f, order, _, err := s.filterOf(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		send(s, w, r, view, export.Devices(s.Now()), ledger.All(func(p ledger.Page) (ledger.List[ledger.Device], error) {
			return s.Store.Devices(ctx, f, order, p)
		}))
	case "changes":
		f, _, err := s.changesOf(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		send(s, w, r, view, export.Changes, export.ChangesOf(f.Change, ledger.All(func(p ledger.Page) (ledger.List[ledger.ChangedCause], error) {
			return s.Store.Changes(ctx, f, p)
		})))
	case "visits":
		story, err := s.Store.Story(ctx, r.FormValue("id"), ledger.Page{})
		if err != nil {
			s.fail(w, r, err)
			return
		}
		send(s, w, r, view, export.Visits(story.Device, s.Now()), ledger.All(func(p ledger.Page) (ledger.List[report.Visit], error) {
			story, err := s.Store.Story(ctx, r.FormValue("id"), p)
			return story.Visits, err
		}))
	case "remedies":
		n, err := days(r, "days", triedDays)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		send(s, w, r, view, export.Remedies(n), ledger.All(func(ledger.Page) (ledger.List[report.RemedyRate], error) {
			rates, err := s.Store.Remedies(ctx, s.Now(), n)
			return ledger.List[report.RemedyRate]{Rows: rates.Remedies}, err
		}))
	case "benches":
		send(s, w, r, view, export.Benches, ledger.All(func(p ledger.Page) (ledger.List[ledger.Bench], error) {
			return s.Store.Benches(ctx, p)
		}))
	default:
		http.NotFound(w, r)
	}
}

// send writes a list as it is read. After an error, what was sent cannot be taken back, so the
// connection is aborted to show that the list is incomplete.
func send[Row any](s *site, w http.ResponseWriter, r *http.Request, view string, list format.List[Row], rows iter.Seq2[Row, error]) {
	as := r.PathValue("format")
	kind, known := map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json", "html": "text/html; charset=utf-8"}[as]
	if !known {
		http.NotFound(w, r)
		return
	}
	next, stop := iter.Pull2(rows)
	defer stop()
	first, err, some := next()
	if some && err != nil { // nothing was sent yet, so the error can still be reported
		s.fail(w, r, err)
		return
	}
	attach(w, kind, view+"."+as)
	err = list.Write(w, as, func(yield func(Row, error) bool) {
		for row, err := first, error(nil); some && yield(row, err); row, err, some = next() {
		}
	})
	if err != nil {
		if r.Context().Err() == nil {
			s.Log.Error("a list could not be sent to its end", "list", view, "error", err)
		}
		panic(http.ErrAbortHandler)
	}
}

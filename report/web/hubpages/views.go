package hubpages

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/web"
)

const (
	rowsOfPage   = 50
	rowsOfGlance = 8
	maxBars      = 12
	staleDays    = 14 // default if the URL has none
	changedDays  = 7
	triedDays    = 365
	aDay         = 24 * time.Hour
)

// A frame is the frame of every page.
type frame struct {
	web.Frame
	Now time.Time
}

// frame returns the frame of a page in one of the parts.
func (s *site) frame(page, title, part string) frame {
	f := frame{pages().Frame(page, title), s.Now().UTC()}
	f.Here, f.SignOut = part, true
	f.Foot = "As the hub knew it on " + web.Moment(f.Now) + ". What could not be read counts neither as well nor as unwell."
	return f
}

type overviewPage struct {
	frame
	Totals   ledger.Totals
	Verdicts []web.Total
	Whole    []web.BarPart // all devices, by verdict
	Chart    []web.Bar
	Days     int
	Older    int
	Stale    []ledger.Device
	Week     int
	Changes  []ledger.ChangeCount
	Sums     ledger.ChangeCount
}

func (s *site) overview(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p := overviewPage{frame: s.frame("overview", "Overview", "/")}
	var err, errWeek error
	p.Days, err = days(r, "days", staleDays)
	p.Week, errWeek = days(r, "week", changedDays)
	err = errors.Join(err, errWeek)
	since := p.Now.Add(-time.Duration(p.Days) * aDay)
	ask := func(question func() error) {
		if err == nil {
			err = question()
		}
	}
	ask(func() (e error) { p.Totals, e = s.Store.Totals(ctx, ""); return })
	ask(func() (e error) { p.Older, e = s.Store.Older(ctx, since); return })
	ask(func() error {
		list, e := s.Store.Devices(ctx, ledger.Filter{BackupBefore: since}, ledger.LongestFirst, ledger.Page{Rows: rowsOfGlance})
		p.Stale = list.Rows
		return e
	})
	ask(func() (e error) {
		p.Changes, e = s.Store.ChangeCounts(ctx, p.Now.Add(-time.Duration(p.Week)*aDay))
		return
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, c := range p.Changes {
		p.Sums.New += c.New
		p.Sums.Still += c.Still
		p.Sums.Fixed += c.Fixed
	}
	p.Verdicts = web.Totals(func(v checks.Verdict) int { return p.Totals.Verdicts[v] }, func(v checks.Verdict) string {
		return web.Link("/devices", url.Values{"verdict": {string(v)}})
	})
	var counts []web.BarCount
	for _, total := range p.Verdicts {
		counts = append(counts, web.BarCount{Tone: total.Mark.Tone, Count: total.Count})
	}
	p.Whole = web.BarParts(p.Totals.Devices, counts...)
	// Problems come before warnings, regardless of the number of devices.
	slices.SortStableFunc(p.Totals.Causes, func(a, b ledger.Cause) int { return cmp.Compare(min(b.Problems, 1), min(a.Problems, 1)) })
	for _, c := range p.Totals.Causes[:min(len(p.Totals.Causes), maxBars)] {
		bar := web.NewBar(c.Check, c.Problems, c.Warnings, p.Totals.Devices)
		bar.Link = web.Link("/devices", url.Values{"cause": {c.Check}})
		p.Chart = append(p.Chart, bar)
	}
	s.show(w, "overview", p)
}

type devicesPage struct {
	frame
	Filter ledger.Filter
	Sort   ledger.Sort
	Days   int    // from the filter; 0 if there is none
	Find   string // the search text; the list is the result
	Sites  []ledger.Site
	Causes []ledger.Cause
	List   ledger.List[ledger.Device]
	Query  url.Values // of this list, without the page
	First  bool       // the first page
}

func (s *site) devices(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p := devicesPage{frame: s.frame("devices", "Devices", "/devices"), Find: r.FormValue("find"), First: r.FormValue("after") == ""}
	var err error
	if p.Filter, p.Sort, p.Query, err = s.filterOf(r); err != nil {
		s.fail(w, r, err)
		return
	}
	p.Days, _ = days(r, "days", 0) // already validated by filterOf
	sites, err := s.Store.Sites(ctx, ledger.Page{Rows: 1000})
	if err == nil {
		p.Sites = sites.Rows
		var totals ledger.Totals
		totals, err = s.Store.Totals(ctx, "")
		p.Causes = totals.Causes
	}
	if err == nil && p.Find != "" {
		p.List.Rows, err = s.Store.Find(ctx, p.Find)
	} else if err == nil {
		p.List, err = s.Store.Devices(ctx, p.Filter, p.Sort, pageOf(r))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, "devices", p)
}

type changesPage struct {
	frame
	Filter ledger.ChangeFilter
	Days   int
	Sites  []ledger.Site
	Counts []ledger.ChangeCount
	Sums   map[ledger.Change]int // of all checks, or of the requested one
	List   ledger.List[ledger.ChangedCause]
	Query  url.Values
	First  bool
}

func (s *site) changes(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p := changesPage{frame: s.frame("changes", "Changes", "/changes"), Sums: map[ledger.Change]int{}, First: r.FormValue("after") == ""}
	var err error
	if p.Filter, p.Query, err = s.changesOf(r); err != nil {
		s.fail(w, r, err)
		return
	}
	p.Days, _ = days(r, "days", changedDays) // already validated by changesOf
	sites, err := s.Store.Sites(ctx, ledger.Page{Rows: 1000})
	p.Sites = sites.Rows
	if err == nil {
		p.Counts, err = s.Store.ChangeCounts(ctx, p.Filter.Since)
	}
	if err == nil {
		p.List, err = s.Store.Changes(ctx, p.Filter, pageOf(r))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, c := range p.Counts {
		if p.Filter.Check == "" || p.Filter.Check == c.Check {
			p.Sums[ledger.New] += c.New
			p.Sums[ledger.Still] += c.Still
			p.Sums[ledger.Fixed] += c.Fixed
		}
	}
	s.show(w, "changes", p)
}

type remediesPage struct {
	frame
	Rates report.RemedyRates
	Query url.Values
}

func (s *site) remedies(w http.ResponseWriter, r *http.Request) {
	p := remediesPage{frame: s.frame("remedies", "Remedies", "/remedies"), Query: kept(r, "days")}
	n, err := days(r, "days", triedDays)
	if err == nil {
		p.Rates, err = s.Store.Remedies(r.Context(), p.Now, n)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, "remedies", p)
}

type benchesPage struct {
	frame
	List          ledger.List[ledger.Bench]
	States        map[string]string // state of each bench by name, if known
	NeverReported []neverReported   // on the first page only
	Refusals      map[ledger.Reason]int
	Query         url.Values
	First         bool
}

func (s *site) benches(w http.ResponseWriter, r *http.Request) {
	p := benchesPage{frame: s.frame("benches", "Benches", "/benches"), Query: url.Values{}, First: r.FormValue("after") == ""}
	var err error
	if p.List, err = s.Store.Benches(r.Context(), pageOf(r)); err == nil {
		p.Refusals, err = s.Store.Refusals(r.Context())
	}
	if err == nil && s.States != nil {
		var heard map[string]bool
		p.States, heard, err = s.States(r.Context())
		for _, name := range slices.Sorted(maps.Keys(p.States)) {
			if !heard[name] && p.First {
				p.NeverReported = append(p.NeverReported, neverReported{name, p.States[name]})
			}
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, "benches", p)
}

// A neverReported is a bench that was added but has not sent a report yet.
type neverReported struct{ Name, State string }

// report sends a whole report as a download, not for display, because it contains untrusted
// text.
func (s *site) report(w http.ResponseWriter, r *http.Request) {
	document, err := s.Store.Report(r.Context(), r.FormValue("id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	attach(w, "application/json", "report.json")
	w.Write(document)
}

func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="backupdoctor-`+name+`"`)
}

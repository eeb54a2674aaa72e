package backup

import (
	"context"
	"crypto/sha1"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// One goroutine reads the manifest and hands rows to workers in reused batches of fixed size,
// so a million rows need no more memory than a thousand.
const (
	batchRows  = 256
	batchText  = 64 << 10 // for paths; crafted paths are longer than real ones
	batchBytes = 8 << 20  // of files to read, so that a few large files are spread over the workers
)

// A task is one file to inspect.
type task struct {
	id         manifest.FileID
	size       uint64
	digest     [sha1.Size]byte
	key        [44]byte
	hasSize    bool
	hasDigest  bool
	hasKey     bool
	unreadable bool // nothing but the ID could be read; only check that the file exists
	domain     *domainCount
	start, end int // the path, within batch.text
}

// A batch is a set of tasks and the text of their paths.
type batch struct {
	tasks []task
	text  []byte
	bytes uint64
}

func (b *batch) full(depth device.ProofDepth) bool {
	return len(b.tasks) == batchRows || len(b.text) >= batchText || depth == device.DeepLook && b.bytes >= batchBytes
}

// problem describes a fault of a task.
func (b *batch) problem(t *task, detail string) device.BackupProblem {
	return device.BackupProblem{Domain: t.domain.name, Path: string(b.text[t.start:t.end]), FileID: t.id.String(), Detail: detail}
}

// domainCount counts the files of one domain.
type domainCount struct {
	name    string
	files   uint64        // counted by the manifest reader
	missing atomic.Uint64 // counted by the workers
}

// Bounds on the domains counted separately; the rest share one count. A device has a few
// domains per app, named after its bundle ID.
const (
	maxDomains    = 20_000
	maxDomainName = 256
)

// compare inspects every file listed in the manifest.
func (v *verification) compare(ctx context.Context, m manifest.Manifest) error {
	stop := v.reportProgress()
	defer stop()
	if v.depth == device.QuickLook && !m.Flat() && !v.hasLog && v.dbSize <= smallManifest {
		i := newInspector(ctx, v)
		defer i.end()
		err := v.feed(ctx, m, func(b *batch) {
			i.inspectAll(b)
			batchPool.Put(b)
		})
		if err != nil {
			v.totalRows.Store(m.Length(ctx))
		}
		return err
	}
	v.totalRows.Store(m.Length(ctx))
	batches := make(chan *batch, 2*v.options.Workers)
	var workers sync.WaitGroup
	for range v.options.Workers {
		workers.Go(func() {
			i := newInspector(ctx, v)
			defer i.end()
			for b := range batches {
				i.inspectAll(b)
				batchPool.Put(b)
			}
		})
	}
	err := v.feed(ctx, m, func(b *batch) { batches <- b })
	close(batches)
	workers.Wait()
	return err
}

// batchPool is shared by all verifications: a folder may hold thousands of small backups.
var batchPool = sync.Pool{New: func() any { return &batch{} }}

// count adds the counts of one worker.
func (v *verification) count(t *tally) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.counts.add(t)
}

// feed reads the manifest into batches, and hands over each.
func (v *verification) feed(ctx context.Context, m manifest.Manifest, hand func(*batch)) error {
	next := func() *batch {
		b := batchPool.Get().(*batch)
		b.tasks, b.text, b.bytes = b.tasks[:0], b.text[:0], 0
		return b
	}
	b := next()
	for row, err := range m.Rows(ctx) {
		if err != nil {
			hand(b)
			return err
		}
		v.rows.Add(1)
		v.take(b, row)
		if b.full(v.depth) {
			hand(b)
			b = next()
		}
	}
	hand(b)
	return nil
}

// take adds a row to a batch if there is a file to inspect.
func (v *verification) take(b *batch, row *manifest.Row) {
	if row.Kind == manifest.Other && row.Err == nil {
		row.Err = errNoKind
	}
	if row.Err != nil {
		v.statements.mark(device.StatementList, device.ShownFalse, rowUnreadable)
		v.faults.addFile(rowUnreadable, device.BackupProblem{
			Domain: string(row.Domain), Path: string(row.Path), FileID: idText(row.ID), Detail: detailOf(row.Err),
		})
		isFile := row.Kind == manifest.File || row.Kind == manifest.Other && !errors.Is(row.Err, errNoKind)
		if !isFile {
			return
		}
		for _, id := range []device.StatementID{device.StatementLengths, device.StatementPadding, device.StatementDigests} {
			v.statements.mark(id, device.ShownNeither, rowUnreadable) // there is nothing to compare with
		}
		if row.ID == (manifest.FileID{}) {
			return
		}
	} else if row.Kind != manifest.File {
		if v.blobs.flat {
			v.domain(row.Domain) // an app with only folders is in the list too
		}
		return
	}
	domain := v.domain(row.Domain)
	domain.files++
	v.listed.Add(1)
	t := task{id: row.ID, size: row.Size, hasSize: row.HasSize, unreadable: row.Err != nil, domain: domain, start: len(b.text)}
	t.hasDigest = copy(t.digest[:], row.Digest) == len(t.digest)
	t.hasKey = len(row.EncryptionKey) == len(t.key)
	copy(t.key[:], row.EncryptionKey)
	b.text = append(b.text, row.Path...)
	t.end = len(b.text)
	b.tasks = append(b.tasks, t)
	b.bytes += row.Size
}

// domain returns the count for a domain.
func (v *verification) domain(name []byte) *domainCount {
	domain := v.domains[string(name)]
	if domain != nil {
		return domain
	}
	if len(v.domains) >= maxDomains || len(name) > maxDomainName {
		name = []byte("other domains")
		if domain := v.domains[string(name)]; domain != nil {
			return domain
		}
	}
	domain = &domainCount{name: string(name)}
	v.domains[domain.name] = domain
	return domain
}

// idText returns an ID as a name, or "" for the ID of a row without one.
func idText(id manifest.FileID) string {
	if id == (manifest.FileID{}) {
		return ""
	}
	return id.String()
}

// errNoKind means that a row is not a file, directory or link.
var errNoKind = errors.New("the row lists nothing that a device backs up")

func detailOf(err error) string {
	switch {
	case errors.Is(err, manifest.ErrFileID):
		return "its fileID does not belong to its domain and path"
	case errors.Is(err, errNoKind):
		return "it is neither a file nor a directory nor a link"
	}
	return "the entry cannot be understood"
}

// reportProgress reports progress until the returned function is called.
func (v *verification) reportProgress() (stop func()) {
	if v.options.Progress == nil {
		return func() {}
	}
	done := make(chan struct{})
	var reporter sync.WaitGroup
	reporter.Add(1)
	// Most of thousands of small backups end before the first report.
	first := time.AfterFunc(progressEvery, func() {
		defer reporter.Done()
		v.options.Progress(v.progress())
		ticks := time.NewTicker(progressEvery)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				v.options.Progress(v.progress())
			case <-done:
				return
			}
		}
	})
	return func() {
		if !first.Stop() {
			close(done)
			reporter.Wait()
		}
		v.options.Progress(v.progress())
	}
}

func (v *verification) progress() Progress {
	return Progress{Rows: v.rows.Load(), TotalRows: v.totalRows.Load(), Bytes: v.digestBytes.Load()}
}

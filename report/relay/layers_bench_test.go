package relay

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// BenchmarkLayers measures each step of a report on its way from a bench to a receipt, alone and one
// report after another: what the guarantees cost, layer by layer. BenchmarkFleet has the whole way.
func BenchmarkLayers(b *testing.B) {
	for _, size := range []struct {
		name   string
		report []byte
	}{{"8kB", sized(b, 8<<10)}, {"64kB", sized(b, 64<<10)}, {"typical", typical(b)}} {
		for _, layer := range []struct {
			name string
			run  func(*testing.B, []byte)
		}{
			{"1-store-on-bench", benchmarkKeep}, {"2-number-and-hash", benchmarkChain}, {"3-seal", benchmarkSeal}, {"4-publish-and-ack", benchmarkPublish},
			{"5-open", benchmarkOpen}, {"6-commit", benchmarkCommit}, {"7-receipt", benchmarkReceipt},
		} {
			b.Run(size.name+"/"+layer.name, func(b *testing.B) {
				b.SetBytes(int64(len(size.report)))
				layer.run(b, size.report)
			})
		}
	}
}

// benchmarkKeep stores a report in the history of a bench, synced to disk.
func benchmarkKeep(b *testing.B, report []byte) {
	bench := withHistory(b, &Bench{Log: slog.New(slog.DiscardHandler)}, filepath.Join(b.TempDir(), "history.sqlite"))
	for b.Loop() {
		if err := bench.keep(receipt.Item{ID: newID(b), Report: report}); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkChain(b *testing.B, _ []byte) {
	chain := receipt.Start(receipt.NewLedger())
	for b.Loop() {
		chain = receipt.Next(chain, newID(b))
	}
}

func benchmarkSeal(b *testing.B, report []byte) {
	for b.Loop() {
		sealedReport(b, report)
	}
}

// benchmarkPublish writes to a stream like the hub's, sixteen reports at a time, and waits until it
// has acknowledged them.
func benchmarkPublish(b *testing.B, report []byte) {
	log := slog.New(slog.DiscardHandler)
	s, err := start(&server.Options{ServerName: "layers", DontListen: true, StoreDir: b.TempDir()}, log)
	if err != nil {
		b.Fatal(err)
	}
	defer stop(s)
	conn, err := connect(s, log)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := js.CreateStream(b.Context(), jetstream.StreamConfig{Name: reportsStream, Subjects: []string{credentials.Reports + "*"}}); err != nil {
		b.Fatal(err)
	}
	message := &nats.Msg{Subject: credentials.WiringOf("north").Reports, Data: sealedReport(b, report)}
	for n := 1; b.Loop(); n++ {
		if _, err := js.PublishMsgAsync(message); err != nil {
			b.Fatal(err)
		}
		if n%underWay == 0 {
			<-js.PublishAsyncComplete()
		}
	}
	<-js.PublishAsyncComplete()
}

func benchmarkOpen(b *testing.B, report []byte) {
	sealed := sealedReport(b, report)
	for b.Loop() {
		if _, _, err := envelope.Open(sealed); err != nil {
			b.Fatal(err)
		}
	}
}

// benchmarkCommit stores reports in the database of a hub, as many in a transaction as the hub takes
// at once, each of which is synced to disk.
func benchmarkCommit(b *testing.B, report []byte) {
	store := hubStore(b)
	e, opened, err := envelope.Open(sealedReport(b, report))
	if err != nil {
		b.Fatal(err)
	}
	number := receipt.Number{Ledger: receipt.NewLedger()}
	number.Chain = receipt.Start(number.Ledger)
	var batch []Message
	put := func() {
		if err := store.Put(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		batch = batch[:0]
	}
	for b.Loop() {
		e.ID = newID(b)
		number.Sequence++
		number.Chain = receipt.Next(number.Chain, e.ID)
		if batch = append(batch, Message{Envelope: e, Opened: opened, Number: number, Arrived: time.Now()}); len(batch) == fetched {
			put()
		}
	}
	put()
}

func benchmarkReceipt(b *testing.B, _ []byte) {
	store := hubStore(b)
	for b.Loop() {
		if _, err := store.Receipt(b.Context(), "north", receipt.NewLedger()); err != nil {
			b.Fatal(err)
		}
	}
}

func hubStore(b *testing.B) database {
	opened, err := ledger.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "fleet.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { opened.Close() })
	return database{opened}
}

func newID(b *testing.B) string {
	id, err := envelope.NewID()
	if err != nil {
		b.Fatal(err)
	}
	return id
}

func sealedReport(b *testing.B, report []byte) []byte {
	sealed, err := envelope.Seal(envelope.Envelope{ID: newID(b), Bench: "north", Tool: "1.4.0", Report: report})
	if err != nil {
		b.Fatal(err)
	}
	return sealed
}

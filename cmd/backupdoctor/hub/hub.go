package hub

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/urfave/cli/v2"
)

// hubCommand returns the command that receives the reports of many benches.
func hubCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "hub",
		Usage: "collect the reports of many benches, and show the fleet in a browser",
		Description: "Runs until Ctrl-C. At its first start it creates what it needs in its data folder: keys, a\n" +
			"certificate for benches, a database, and the token for signing in to the pages. Benches\n" +
			"connect by TLS, each with its own credentials, which hub add-bench creates.\n\n" +
			"Only this computer can open the pages, unless --http says otherwise; then they are\n" +
			"encrypted. Anyone with their token can read them; " + tokenVariable + " sets it. So can\n" +
			"users whom a proxy names in --proxy-header; the proxy must remove that header from\n" +
			"requests. The password of PostgreSQL is taken from PGPASSWORD, or from the\n" +
			"file that PGPASSFILE names.\n\n" +
			"Three hubs form one if each knows the others by --routes and all have a copy of the folder\n" +
			"credentials/node of one of them. Any one of them may then fail.\n\n" +
			command.Examples(
				"backupdoctor hub                        one computer, nothing to set up",
				"backupdoctor hub add-bench packing-1    gives the file that the bench needs",
				"backupdoctor hub benches                the benches, and when each last reported",
				"backupdoctor hub doctor                 whether all of it works",
				"backupdoctor hub --http 0.0.0.0:7480 --host hub.example.org --tls-cert hub.pem --tls-key hub.key",
				"backupdoctor hub --sink postgres://backupdoctor@db.example.org/fleet",
			),
		Flags:       slices.Concat(dataFlags(), hubFlags()),
		Subcommands: []*cli.Command{addBenchCommand(e), revokeCommand(e), benchesCommand(e), gapsCommand(e), rejectsCommand(e), doctorCommand(e)},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			h, err := e.hubOf(ctx)
			if err != nil {
				return err
			}
			return h.run(ctx.Context)
		}),
	}
}

// Environment variables of the commands hub and fleet.
const (
	tokenVariable = "BACKUPDOCTOR_FLEET_TOKEN"
	sinkVariable  = "BACKUPDOCTOR_SINK"
)

// Variables returns the environment variables of a hub, each with what it holds.
func Variables() [][2]string {
	return [][2]string{
		{tokenVariable, "the token for the pages of a hub"},
		{sinkVariable, "the address of a hub's database"},
		{"PGPASSWORD, PGPASSFILE", "the password of PostgreSQL, or the file that holds it"},
	}
}

const (
	dataHeading    = "Data"
	benchesHeading = "Benches"
	pagesHeading   = "Pages"
	clusterHeading = "Three nodes, or a NATS of your own"
)

// dataFlags select where a hub keeps its data.
func dataFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "data", Category: dataHeading, Usage: "keep everything in `DIR`", DefaultText: "your data folder"},
		&cli.StringFlag{Name: "sink", Category: dataHeading, Usage: "keep reports at `ADDRESS`: postgres://USER@HOST/NAME", DefaultText: sinkVariable + ", or a file in DIR"},
	}
}

func hubFlags() []cli.Flag {
	return []cli.Flag{
		command.Option(dataHeading, "new-database", "start an empty database if the one before is lost"),
		&cli.StringFlag{Name: "listen", Category: benchesHeading, Usage: "`ADDRESS` for benches: HOST:PORT, or nats://127.0.0.1:PORT without TLS", Value: "0.0.0.0:7422"},
		&cli.StringFlag{Name: "tls-cert", Category: benchesHeading, Usage: "show the certificate in `FILE` to benches and browsers", DefaultText: "the hub's own"},
		&cli.StringFlag{Name: "tls-key", Category: benchesHeading, Usage: "`FILE` of its key"},
		&cli.StringFlag{Name: "http", Category: pagesHeading, Usage: "`ADDRESS` of the pages, the metrics and /healthz; off for none", Value: "127.0.0.1:7480"},
		&cli.StringSliceFlag{Name: "host", Category: pagesHeading, Usage: "`NAME` by which browsers know this computer; may be repeated"},
		&cli.StringFlag{Name: "token-file", Category: pagesHeading, Usage: "`FILE` of the token to sign in with", DefaultText: tokenVariable + ", or DIR/token"},
		&cli.StringFlag{Name: "proxy-header", Category: pagesHeading, Usage: "trust the user that a proxy names in the header `NAME`"},
		&cli.StringFlag{Name: "proxy-from", Category: pagesHeading, Usage: "`ADDRESSES` of that proxy, or its networks: 192.0.2.7,10.0.0.0/8"},
		&cli.StringFlag{Name: "cluster", Category: clusterHeading, Usage: "`ADDRESS` for the two other nodes: HOST:PORT"},
		&cli.StringFlag{Name: "cluster-name", Category: clusterHeading, Usage: "`NAME` of this node, which no other has"},
		&cli.StringFlag{Name: "routes", Category: clusterHeading, Usage: "`ADDRESSES` of the two others: HOST:PORT,HOST:PORT"},
		&cli.StringFlag{Name: "nats", Category: clusterHeading, Usage: "use the NATS with JetStream at this `ADDRESS` in place of the built-in one: tls://HOST:PORT"},
		&cli.StringFlag{Name: "nats-creds", Category: clusterHeading, Usage: "`FILE` of the credentials for it"},
		&cli.StringFlag{Name: "nats-ca", Category: clusterHeading, Usage: "`FILE` of CA certificates (PEM) for the server"},
		&cli.IntFlag{Name: "nats-replicas", Category: clusterHeading, Usage: "`NUMBER` of its nodes that keep each report", Value: 1},
	}
}

// A hubFolder is the data folder of a hub.
type hubFolder string

func (f hubFolder) credentials() string { return filepath.Join(string(f), "credentials") }
func (f hubFolder) streams() string     { return filepath.Join(string(f), "streams") }
func (f hubFolder) database() string    { return filepath.Join(string(f), "fleet.db") }
func (f hubFolder) token() string       { return filepath.Join(string(f), "token") }
func (f hubFolder) identity() string    { return filepath.Join(string(f), "database.json") }
func (f hubFolder) status() string      { return filepath.Join(string(f), "status.json") }

// hubFolderOf reads --data, before or after a subcommand.
func (e env) hubFolderOf(ctx *cli.Context) (hubFolder, error) {
	if folder := given(ctx, "data"); folder != "" {
		folder, err := filepath.Abs(folder)
		return hubFolder(folder), err
	}
	folder, err := e.DataDir()
	if err != nil {
		return "", command.Usage("name one with --data DIR", "%w", err)
	}
	return hubFolder(filepath.Join(folder, "backupdoctor", "hub")), nil
}

// given returns the value of a flag that a command shares with its parent.
func given(ctx *cli.Context, name string) string {
	for _, c := range ctx.Lineage() {
		if value := c.String(name); value != "" {
			return value
		}
	}
	return ""
}

// sinkOf returns the address of a hub's database. It rejects an address with a password, which
// every user of this computer could read.
func (e env) sinkOf(ctx *cli.Context, folder hubFolder) (string, error) {
	address := cmp.Or(given(ctx, "sink"), e.Getenv(sinkVariable))
	if address == "" {
		return "sqlite:" + folder.database(), nil
	}
	return address, checkSink(address)
}

func checkSink(address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return command.Usage("postgres://USER@HOST/NAME", "the address of the database cannot be read")
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		return command.Usage("set PGPASSWORD, or PGPASSFILE to a file that holds it", "the address of the database has a password in it, which others on this computer can read")
	}
	return nil
}

// hubOf reads hubFlags.
func (e env) hubOf(ctx *cli.Context) (*hub, error) {
	folder, err := e.hubFolderOf(ctx)
	if err != nil {
		return nil, err
	}
	h := &hub{
		env: e, folder: folder,
		listen: ctx.String("listen"), certificate: ctx.String("tls-cert"), private: ctx.String("tls-key"),
		pages: ctx.String("http"), hosts: ctx.StringSlice("host"), tokenFile: ctx.String("token-file"),
		node: ctx.String("cluster-name"), cluster: ctx.String("cluster"),
		nats: ctx.String("nats"), natsCredentials: ctx.String("nats-creds"), natsRoots: ctx.String("nats-ca"), natsReplicas: ctx.Int("nats-replicas"),
		newDatabase: ctx.Bool("new-database"),
	}
	if routes := ctx.String("routes"); routes != "" {
		h.routes = strings.Split(routes, ",")
	}
	if h.sink, err = e.sinkOf(ctx, folder); err != nil {
		return nil, err
	}
	if h.proxy, err = proxyOf(ctx); err != nil {
		return nil, err
	}
	if !strings.Contains(h.listen, "://") {
		h.listen = "tls://" + h.listen
	}
	return h, h.check(ctx)
}

// proxyOf reads --proxy-header and --proxy-from.
func proxyOf(ctx *cli.Context) (p web.Proxy, err error) {
	p.Header = ctx.String("proxy-header")
	for text := range strings.FieldsFuncSeq(ctx.String("proxy-from"), func(r rune) bool { return r == ',' }) {
		prefix, err := netip.ParsePrefix(text)
		if address, bad := netip.ParseAddr(text); bad == nil {
			prefix, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return p, command.Usage("192.0.2.7, or 192.0.2.0/24", "--proxy-from %q is not an address", text)
		}
		p.From = append(p.From, prefix)
	}
	if (p.Header == "") != (len(p.From) == 0) {
		return p, command.Usage("from other addresses anyone could send that header", "--proxy-header and --proxy-from need each other")
	}
	return p, nil
}

// check rejects flags that cannot be used together, before anything is created or opened.
func (h *hub) check(ctx *cli.Context) error {
	clustered := h.cluster != "" || h.node != "" || len(h.routes) > 0
	switch {
	case (h.certificate == "") != (h.private == ""):
		return command.Usage(command.HelpHint(ctx), "--tls-cert and --tls-key need each other")
	case clustered && h.nats != "":
		return command.Usage("the nodes of that NATS are a matter of its own", "--nats and --cluster cannot be used together")
	case h.nats != "" && ctx.IsSet("listen"):
		return command.Usage("benches connect to that NATS", "--nats and --listen cannot be used together")
	case clustered && (h.cluster == "" || h.node == "" || len(h.routes) != 2):
		return command.Usage(command.HelpHint(ctx), "a node of three needs --cluster, --cluster-name and two --routes")
	case clustered && strings.HasPrefix(h.sink, "sqlite:"):
		return command.Usage("--sink postgres://USER@HOST/NAME", "three nodes need one database, which a file cannot be")
	}
	if h.pages == "off" {
		h.pages = ""
		return nil
	}
	if _, _, err := net.SplitHostPort(h.pages); err != nil {
		return command.Usage("HOST:PORT, or off", "--http %q is not an address", h.pages)
	}
	return nil
}

// local reports whether an address can be reached from this computer only.
func local(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// benchAddress returns an address for benches in the form that package net uses.
func benchAddress(listen string) (string, error) {
	u, err := url.Parse(listen)
	if err != nil || u.Port() == "" {
		return "", command.Usage("HOST:PORT", "--listen %q is not an address", listen)
	}
	return u.Host, nil
}

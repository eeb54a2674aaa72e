package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/report/web/benchpages"
	"github.com/urfave/cli/v2"
)

func benchCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "examine each device as it is plugged in, and show the tray in a browser",
		Description: "Works like watch, and serves a page with one tile for each device, by slot, which changes as\n" +
			"the devices do. Each tile leads to the device's causes, their evidence, and what to do. The\n" +
			"page cannot change anything on a device, and loads nothing from elsewhere.\n\n" +
			"Only this computer can open the page; without --token-file, everyone who is logged in here\n" +
			"can. With another address in --listen the network can reach it: it then needs a token, and a\n" +
			"certificate with the names by which browsers ask for the page. Without --token-file a token\n" +
			"is made up, and printed on stderr as part of the page's address.\n\n" +
			e.hub.linkHelp +
			command.Examples(
				append([]string{
					"backupdoctor bench                            a free port; its address is on stderr",
					"backupdoctor bench --listen 127.0.0.1:8011    always the same address",
					"backupdoctor bench --listen 0.0.0.0:8011 --tls-cert bench.pem --tls-key bench.key",
				}, e.hub.linkExamples...)...,
			),
		Flags:       slices.Concat(pageFlags(), e.hub.linkFlags(), watchFlags()),
		Subcommands: []*cli.Command{resendCommand(e)},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			w, err := e.watchOf(ctx)
			if err != nil {
				return err
			}
			at, err := pageOf(ctx)
			if err != nil {
				return err
			}
			at.holder = w.source.Locks.Holder
			if w.kept {
				at.history = e.earlierVisits
			}
			page, err := at.open()
			if err != nil {
				return err
			}
			defer page.close()
			keeper := scan.Keeper{Env: e.Env, Screen: e.screen, Warn: page.pages.Warn}
			if keeper.Outgoing, err = e.hub.outgoing(ctx, e.Env, w.kept, page.pages.Say, page.pages.Warn); err != nil {
				return err
			}
			fmt.Fprintln(e.Stderr, "the tray is at", page.address)
			return w.pipe(e, keeper, scan.Hearing(page.pages.Hear)).Run(ctx.Context)
		}),
	}
}

// pageFlags configure the page of a bench and access to it.
func pageFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "listen", Category: pageHeading, Usage: "`ADDRESS` of the page: host:port; port 0 is a free one", Value: "127.0.0.1:0"},
		&cli.StringFlag{Name: "token-file", Category: pageHeading, Usage: "require the token in `FILE` to sign in"},
		&cli.StringFlag{Name: "tls-cert", Category: pageHeading, Usage: "serve HTTPS with the certificate chain in `FILE` (PEM)"},
		&cli.StringFlag{Name: "tls-key", Category: pageHeading, Usage: "its private key, in `FILE`, PEM"},
	}
}

// A pageConfig configures the page of a bench and access to it.
type pageConfig struct {
	listen      *net.TCPAddr
	hosts       []string // names and addresses to accept; the first is printed
	token       string   // "" for none
	shown       string   // the token to print, if it was generated
	certificate *tls.Certificate
	history     func(context.Context, string) ([]report.Visit, error) // nil if no history is kept
	holder      func(udid string) (h actlock.Holder, held bool)       // the command that is using a device
}

// pageOf reads pageFlags.
func pageOf(ctx *cli.Context) (at pageConfig, err error) {
	if at.listen, err = net.ResolveTCPAddr("tcp", ctx.String("listen")); err != nil {
		return at, command.Usage("it looks like 127.0.0.1:8011", "--listen %s is not an address", ctx.String("listen"))
	}
	cert, key := ctx.String("tls-cert"), ctx.String("tls-key")
	if (cert == "") != (key == "") {
		return at, command.Usage("", "--tls-cert and --tls-key need each other")
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return at, command.Usage("", "no certificate can be made of --tls-cert and --tls-key: %w", err)
		}
		at.certificate = &pair
	}
	if path := ctx.String("token-file"); path != "" {
		if at.token, err = command.Token(path); err != nil {
			return at, err
		}
	}
	if !at.listen.IP.IsLoopback() {
		if at.certificate == nil {
			return at, command.Usage("give --tls-cert and --tls-key, or a --listen like 127.0.0.1:8011", "--listen %s is open to the network, and plain HTTP would expose the devices", ctx.String("listen"))
		}
		if at.token == "" {
			at.token = rand.Text()
			at.shown = at.token
		}
	}
	at.hosts = at.names()
	return at, nil
}

// names returns the names in the certificate, and the address itself. A request for another
// name may be a DNS rebinding attack.
func (at pageConfig) names() []string {
	var names []string
	if at.certificate != nil {
		for _, name := range at.certificate.Leaf.DNSNames {
			if !strings.Contains(name, "*") {
				names = append(names, name)
			}
		}
		for _, ip := range at.certificate.Leaf.IPAddresses {
			names = append(names, ip.String())
		}
	}
	if at.listen.IP.IsLoopback() {
		names = append(names, at.listen.IP.String())
		return append(names, web.Loopback...)
	}
	if at.listen.IP != nil && !at.listen.IP.IsUnspecified() {
		names = append(names, at.listen.IP.String())
	}
	return names
}

// open starts serving an empty tray.
func (at pageConfig) open() (*servedPage, error) {
	if len(at.hosts) == 0 {
		return nil, command.Usage("make one with the name or the address of this computer", "the certificate in --tls-cert names no host")
	}
	pages, err := benchpages.New(benchpages.Config{Hosts: at.hosts, Secure: at.certificate != nil, Token: at.token, History: at.history})
	if err != nil {
		return nil, command.Usage("", "%w", err)
	}
	listener, err := net.ListenTCP("tcp", at.listen)
	if err != nil {
		return nil, command.Usage("", "the page cannot be served: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	shown := servePage(listener, at.certificate, pages, at.holder)
	scheme, path := "http", "/"
	if at.certificate != nil {
		scheme = "https"
	}
	if at.shown != "" {
		path = "/signin?token=" + at.shown
	}
	shown.address = scheme + "://" + net.JoinHostPort(at.hosts[0], port) + path
	return shown, nil
}

//go:build !fleet

package main

import (
	"github.com/urfave/cli/v2"
)

const hubLinkHelp = ""

var hubLinkExamples []string

// hubLinkFlags are one that tells why it does not work: a program that was built without the
// tag fleet knows no hub.
func hubLinkFlags() []cli.Flag {
	return []cli.Flag{&cli.StringSliceFlag{Name: "hub", Hidden: true}}
}

// lettersOf is nothing: nothing leaves this computer.
func (s surroundings) lettersOf(ctx *cli.Context, _ bool, _ func(string)) (*letters, error) {
	if ctx.IsSet("hub") {
		return nil, withoutFleet("the flag --hub")
	}
	return nil, nil
}

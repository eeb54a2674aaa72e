package command

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"
)

// secretFlags are flags that name files with a password, a token or a private key.
var secretFlags = []string{"credentials", "nats-creds", "password-file", "tls-key", "token-file"}

// warnOfSecrets warns about secret files that others can read. Such a file is still used: it
// may be readable by a group on purpose.
func warnOfSecrets(ctx *cli.Context, env Env) {
	for _, name := range secretFlags {
		if !ctx.IsSet(name) {
			continue // a list without a value reads as the text []
		}
		paths := ctx.StringSlice(name)
		if len(paths) == 0 {
			paths = []string{ctx.String(name)}
		}
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && readableByOthers(info) {
				fmt.Fprintf(env.Stderr, "backupdoctor: other users may read %s, the file of %s\nhint: chmod go= %s\n", path, Dashed(name), path)
			}
		}
	}
}

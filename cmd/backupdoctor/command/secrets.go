package command

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"
)

// secretFlags name files that hold a password, a token or a private key.
var secretFlags = []string{"credentials", "nats-creds", "password-file", "tls-key", "token-file"}

// warnOfSecrets says which files with secrets others can read. Such a file still serves: it may
// be readable for a group that was made for it.
func warnOfSecrets(ctx *cli.Context, env Env) {
	for _, name := range secretFlags {
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

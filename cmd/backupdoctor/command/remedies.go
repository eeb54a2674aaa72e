package command

import "github.com/urfave/cli/v2"

// NoRemedies is what a command says on stderr if its list of remedies is empty.
const NoRemedies = "no remedy was tried in a repair"

// Remedies returns a subcommand of parent that counts which remedies worked. since is the category
// of its flag --since, whose days are passed to count; flags are its other flags.
func Remedies(parent, since string, flags []cli.Flag, count func(ctx *cli.Context, days int) error) *cli.Command {
	return &cli.Command{
		Name:  "remedies",
		Usage: "count which remedies were followed by a new iCloud backup",
		Description: "Counts the repairs that treat led through, by cause and remedy. A new iCloud backup within\n" +
			"three days counts for each remedy tried in the repair. Skipped remedies do not count. A\n" +
			"repair without a new backup is open until three days have passed. A repair from before the\n" +
			"history counted remedies is included once its device is read while it is open.\n\n" +
			Examples(
				"backupdoctor "+parent+" remedies",
				"backupdoctor "+parent+" remedies --since 90d -o csv=remedies.csv",
				"backupdoctor "+parent+" remedies --json | jq '.remedies[] | select(.triedCount > 4)'",
			),
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "since", Category: since, Usage: "tried in the last `DAYS`: 90d or 52w", Value: "365d"},
		}, flags...),
		Action: Takes(0, func(ctx *cli.Context) error {
			days, err := Days("since", ctx.String("since"))
			if err != nil {
				return err
			}
			return count(ctx, days)
		}),
	}
}

package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var downloadsInProgress = &Check{
	ID:    "downloads-in-progress",
	Short: "downloads under way",
	Title: "No downloads are under way",
	Doc: `Older advice says that no backup is made while apps or music are downloading. Whether recent versions still wait is not documented.

The person sees apps with a progress ring on the Home Screen, or music and films that are still loading.

Only a person can answer: downloads cannot be read over USB.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.BestapplesolutionICloud},
	Remedies: []remedies.ID{remedies.LetDownloadsFinish},
	Ask:      "Are apps or media still downloading on the {device}? The Home Screen shows a ring on such apps.",
	Answers:  Answers{Yes: "Apps or media are still downloading."},
}

package command

import "github.com/xrash/smetrics"

// Closest is the candidate that a mistyped word most likely stands for, or "" if none is
// near enough to be worth a hint.
func Closest(word string, candidates []string) string {
	best, nearest := 0.8, ""
	for _, candidate := range candidates {
		if near := smetrics.JaroWinkler(word, candidate, 0.7, 4); near > best {
			best, nearest = near, candidate
		}
	}
	return nearest
}

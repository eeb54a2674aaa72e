package command

import "github.com/xrash/smetrics"

// Closest returns the candidate most similar to a mistyped word, or "" if none is similar
// enough for a hint.
func Closest(word string, candidates []string) string {
	best, nearest := 0.8, ""
	for _, candidate := range candidates {
		if near := smetrics.JaroWinkler(word, candidate, 0.7, 4); near > best {
			best, nearest = near, candidate
		}
	}
	return nearest
}

package command

import (
	"regexp"
	"strconv"
)

// MostDays is ten years, the maximum of the hub's pages.
const MostDays = 3650

var daysPattern = regexp.MustCompile(`^([0-9]{1,4})([dw])$`)

// Days parses a number of days, such as 14d or 2w.
func Days(flag, text string) (int, error) {
	found := daysPattern.FindStringSubmatch(text)
	if found == nil {
		return 0, Usage("14d is 14 days, 2w two weeks", "--%s %q is not a number of days", flag, text)
	}
	days, err := strconv.Atoi(found[1])
	if found[2] == "w" {
		days *= 7
	}
	if err != nil || days < 1 || days > MostDays {
		return 0, Usage("", "--%s must be 1 to %d days", flag, MostDays)
	}
	return days, nil
}

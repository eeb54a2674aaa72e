package remedies

// durations are estimates for a remedy, in words that follow "takes".
var durations = map[Tier]string{
	TierLook:       "about a minute",
	TierWait:       "minutes to hours",
	TierSettings:   "about a minute",
	TierRestart:    "about 3 minutes",
	TierSafetyCopy: "minutes to hours, depending on the amount of data",
	TierRoom:       "about 5 minutes",
	TierSoftware:   "half an hour or more",
	TierDisruptive: "about 10 minutes",
	TierEscalate:   "as long as Apple Support needs",
	TierDeleting:   "minutes, and hours until there is a new backup",
	TierErase:      "hours",
}

// Duration returns an estimate of how long the remedy takes, in words.
func (r *Remedy) Duration() string {
	switch {
	case r.ID == BackUpOvernight:
		return "a night"
	case r.Guard == GuardedHour:
		return "about 10 minutes, or more than an hour with Stolen Device Protection"
	}
	return durations[r.Tier]
}

package scan

// maxOpenVisits is not bounded by open files: Windows has no such limit.
func maxOpenVisits() int { return mostVisits }

package scan

// maxOpenVisits is not limited by open files: Windows has no such limit.
func maxOpenVisits() int { return mostVisits }

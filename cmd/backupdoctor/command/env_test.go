package command

import (
	"slices"
	"testing"
)

// Child processes never get the password, in whatever case the variable's name is written.
func TestChildEnviron(t *testing.T) {
	e := Env{Environ: func() []string {
		return []string{"HOME=/root", PasswordVariable + "=secret", "BackupDoctor_Backup_Password=secret", PasswordVariable + "_HINT=pet"}
	}}
	want := []string{"HOME=/root", PasswordVariable + "_HINT=pet"}
	if got := e.ChildEnviron(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

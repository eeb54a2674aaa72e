package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pty returns both ends of a new terminal.
func pty(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { person.Close() })
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

func shows(t *testing.T, terminal *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("waited in vain: " + what)
}

// However a program ends while asking for a password, the echo is restored.
func TestTheTerminalShowsAgain(t *testing.T) {
	const child = "BACKUPDOCTOR_TEST_PASSWORD"
	if os.Getenv(child) != "" {
		text, err := Password(context.Background(), 0)
		fmt.Println(text, err)
		return
	}
	for name, end := range map[string]func(person *os.File, c *exec.Cmd) error{
		"a password": func(person *os.File, _ *exec.Cmd) error { _, err := person.WriteString("secret\n"); return err },
		"SIGQUIT":    func(_ *os.File, c *exec.Cmd) error { return c.Process.Signal(syscall.SIGQUIT) },
	} {
		t.Run(name, func(t *testing.T) {
			person, program := pty(t)
			c := exec.Command(os.Args[0], "-test.run", "^TestTheTerminalShowsAgain$")
			c.Env = append(os.Environ(), child+"=1")
			c.Stdin = program
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			await(t, "the password is asked for", func() bool { return !shows(t, program) })
			if err := end(person, c); err != nil {
				t.Fatal(err)
			}
			err := c.Wait()
			if _, failed := errors.AsType[*exec.ExitError](err); failed != (name == "SIGQUIT") {
				t.Errorf("it ended with %v", err)
			}
			if !shows(t, program) {
				t.Error("the terminal does not show what is typed")
			}
		})
	}
	t.Run("interrupted", func(t *testing.T) {
		_, program := pty(t)
		ctx, interrupt := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := Password(ctx, int(program.Fd()))
			ended <- err
		}()
		await(t, "the password is asked for", func() bool { return !shows(t, program) })
		interrupt()
		if err := <-ended; !errors.Is(err, context.Canceled) || !shows(t, program) {
			t.Errorf("error %v", err)
		}
	})
}

package usb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// phaseBase is above the ID of any process.
const phaseBase = 1 << 30

// sayPhase tells the process that traces this one which phase begins, by a call without effect.
func sayPhase(phase string) { _, _ = unix.Getpgid(phaseBase + slices.Index(tracedPhases, phase)) }

// changing lists the system calls that change names or files, or write them to the disk. A traced
// process stops at them, at some only for certain values of an argument.
var changing = []struct {
	call     uint32
	name     string
	argument uint32 // counted from 0
	test     uint16 // of the argument; 0 for none
	value    uint32
}{
	{call: unix.SYS_MKDIRAT, name: "mkdir"},
	{call: unix.SYS_LINKAT, name: "link"},
	{call: unix.SYS_UNLINKAT, name: "unlink"},
	{call: unix.SYS_RENAMEAT, name: "rename"},
	{call: unix.SYS_RENAMEAT2, name: "rename"},
	{call: unix.SYS_WRITE, name: "write"},
	{call: unix.SYS_FSYNC, name: "sync"},
	{call: unix.SYS_COPY_FILE_RANGE, name: "copy"},
	{call: unix.SYS_OPENAT, name: "create", argument: 2, test: unix.BPF_JSET, value: unix.O_CREAT},
	{call: unix.SYS_IOCTL, name: "clone", argument: 1, test: unix.BPF_JEQ, value: unix.FICLONE},
	{call: unix.SYS_GETPGID, argument: 0, test: unix.BPF_JGE, value: phaseBase},
}

// stopAtChanges makes every thread of this process, which is traced, stop at the calls in changing.
func stopAtChanges() error {
	const firstArgument, argumentSize = 16, 8 // in struct seccomp_data
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	jump := func(test uint16, value uint32, otherwise uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | test, K: value, Jf: otherwise}
	}
	stop := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_TRACE}
	allow := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
	filter := []unix.SockFilter{load(0)}
	for _, c := range changing {
		if c.test == 0 {
			filter = append(filter, jump(unix.BPF_JEQ, c.call, 1), stop)
		} else {
			filter = append(filter, jump(unix.BPF_JEQ, c.call, 4), load(firstArgument+argumentSize*c.argument), jump(c.test, c.value, 1), stop, allow)
		}
	}
	filter = append(filter, allow)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, failed := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if failed != 0 {
		return failed
	}
	return nil
}

// traceBackup makes a backup in a process of its own up to the end of the phase c.kind. It kills that
// process before call c.n, counted from 0, of those that change something in the phase, and returns
// the names of the calls up to that one. ok is false if processes cannot be traced on this computer.
func traceBackup(t *testing.T, address string, c *backupCase) (calls []string, killed, ok bool) {
	t.Helper()
	runtime.LockOSThread() // ptrace requests must come from the thread that started the process
	defer runtime.UnlockOSThread()
	said, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	pid, err := syscall.ForkExec(os.Args[0], []string{os.Args[0], "-test.run=^TestTracedBackup$"}, &syscall.ProcAttr{
		Env:   append(os.Environ(), tracedVariable+"="+strings.Join([]string{address, c.lib.Path, c.password, c.kind}, "\n")),
		Files: []uintptr{said.Fd(), said.Fd(), said.Fd()},
		Sys:   &syscall.SysProcAttr{Ptrace: true, Setpgid: true},
	})
	if err != nil {
		t.Logf("no process can be traced: %v", err)
		return nil, false, false
	}
	tr := tracer{pid: pid, library: c.lib.Path, phase: c.kind, last: c.n, known: map[int]bool{}}
	if err := tr.follow(); err == errRefused {
		return nil, false, false
	} else if err != nil {
		text, _ := os.ReadFile(said.Name())
		t.Fatalf("%v\n%s", err, text)
	}
	return tr.calls, len(tr.calls) == c.n+1, true
}

// errRefused means that a computer allows tracing but no filter for system calls.
var errRefused = errors.New("system calls cannot be filtered")

// A tracer follows the threads of one process.
type tracer struct {
	pid     int
	library string
	phase   string
	last    int // the call of the phase before which the process is killed; -1 for none
	calls   []string
	known   map[int]bool // threads that have stopped before
}

// follow follows the process to its end.
func (tr *tracer) follow() error {
	for {
		var status syscall.WaitStatus
		thread, err := syscall.Wait4(-tr.pid, &status, unix.WALL, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return err
		case !status.Stopped() && thread != tr.pid:
			delete(tr.known, thread)
			continue
		case status.Exited() && status.ExitStatus() == refused:
			return errRefused
		case status.Exited() && status.ExitStatus() != 0:
			return fmt.Errorf("exit code %d", status.ExitStatus())
		case !status.Stopped():
			return nil
		}
		forward := 0
		switch signal := status.StopSignal(); {
		case !tr.known[thread]: // it has just begun
			tr.known[thread] = true
			if thread == tr.pid {
				const options = syscall.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_EXITKILL
				err = syscall.PtraceSetOptions(thread, options)
			}
		case signal == syscall.SIGTRAP && status.TrapCause() == unix.PTRACE_EVENT_SECCOMP:
			if tr.ends(thread) {
				err = syscall.Kill(tr.pid, syscall.SIGKILL)
			}
		case signal != syscall.SIGTRAP:
			forward = int(signal)
		}
		if err != nil {
			return err
		}
		if err := syscall.PtraceCont(thread, forward); err != nil && err != syscall.ESRCH {
			return err
		}
	}
}

// ends handles a thread that has stopped at a system call. It reports whether to kill the process:
// this is the call before which to kill it, or the phase is over.
func (tr *tracer) ends(thread int) bool {
	var r syscall.PtraceRegs
	if syscall.PtraceGetRegs(thread, &r) != nil {
		return false // it is being killed
	}
	if r.Orig_rax == unix.SYS_GETPGID {
		return int(r.Rdi)-phaseBase != slices.Index(tracedPhases, tr.phase)
	}
	for _, c := range changing {
		if uint64(c.call) != r.Orig_rax {
			continue
		}
		if c.name == "write" { // not to a pipe or a socket
			path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tr.pid, r.Rdi))
			if err != nil || !strings.HasPrefix(path, tr.library) {
				return false
			}
		}
		tr.calls = append(tr.calls, c.name)
		return len(tr.calls) == tr.last+1
	}
	return false
}

package workers

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A hub counts the devices being read at the same time.
type hub struct {
	mu   sync.Mutex
	now  int
	most int
}

func (h *hub) visit(takes time.Duration) (now int) {
	h.mu.Lock()
	h.now++
	now = h.now
	h.most = max(h.most, h.now)
	h.mu.Unlock()
	time.Sleep(takes)
	h.mu.Lock()
	h.now--
	h.mu.Unlock()
	return now
}

func TestEach(t *testing.T) {
	for jobs, wantMost := range map[int]int{1: 1, 3: 3, 40: 20} {
		synctest.Test(t, func(t *testing.T) {
			var h hub
			w := Start(Options{Jobs: jobs, Open: 100})
			var visited [20]atomic.Bool
			w.Each(len(visited), func(i int) device.Reason {
				h.visit(time.Second)
				visited[i].Store(true)
				return ""
			})
			for i := range visited {
				if !visited[i].Load() {
					t.Errorf("--jobs %d: %d was not visited", jobs, i)
				}
			}
			if used := w.Used(); h.most != wantMost || used != (Used{Most: wantMost}) {
				t.Errorf("--jobs %d: %d at a time, %+v", jobs, h.most, used)
			}
		})
	}
}

// The limit starts at ten and rises while devices answer well.
func TestLimitRisesWhileDevicesAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hub
		w := Start(Options{Open: 1000, BackupRuns: func() bool { time.Sleep(time.Millisecond); return false }})
		for i := range Usual {
			w.Send(func() device.Reason { h.visit(time.Duration(i+1) * time.Second / 10); return "" })
		}
		synctest.Wait()
		if h.most != Usual {
			t.Errorf("%d to begin with, want %d", h.most, Usual)
		}
		w.Each(500, func(int) device.Reason { h.visit(100 * time.Millisecond); return "" })
		used := w.Used()
		if !used.Adaptive || used.Most <= 2*Usual || used.Most > w.mostEver || used.FellBack != "" || used.HeldBack {
			t.Errorf("%+v", used)
		}
	})
}

// The limit doubles while one device is read: a tray of a hundred takes four rounds instead of
// ten.
func TestLimitDoublesWhileOneDeviceIsRead(t *testing.T) {
	for devices, rounds := range map[int]int{Usual: 1, 3 * Usual: 2, 7 * Usual: 3, 100: 4} {
		synctest.Test(t, func(t *testing.T) {
			var h hub
			w := Start(Options{Open: 1000, BackupRuns: func() bool { time.Sleep(time.Millisecond); return false }})
			began := time.Now()
			w.Each(devices, func(int) device.Reason { h.visit(time.Second); return "" })
			if took := time.Since(began); took > time.Duration(rounds)*time.Second+10*time.Millisecond {
				t.Errorf("%d devices of 1 s took %v, %d at a time at most; want %d rounds", devices, took, h.most, rounds)
			}
		})
	}
}

// A first answer and a session that has begun are signs too, and earlier ones: a tray of a hundred
// takes little longer than two rounds.
func TestLimitRisesWithSessions(t *testing.T) {
	for devices, want := range map[int]time.Duration{Usual: time.Second, 2 * Usual: 1100 * time.Millisecond, 4 * Usual: 1300 * time.Millisecond, 100: 2300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			var h hub
			w := Start(Options{Open: 1000, BackupRuns: func() bool { return false }})
			began := time.Now()
			w.Each(devices, func(int) device.Reason {
				time.AfterFunc(100*time.Millisecond, w.Answered)
				time.AfterFunc(300*time.Millisecond, w.Answered)
				h.visit(time.Second)
				return ""
			})
			if took := time.Since(began); took > want || h.most > w.mostEver {
				t.Errorf("%d devices of 1 s took %v, %d at a time at most; want %v", devices, took, h.most, want)
			}
		})
	}
}

// Asking takes at most a twentieth of the time, however many devices answer.
func TestBackupRunsIsCalledRarely(t *testing.T) {
	for _, takes := range []time.Duration{time.Millisecond, 100 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			w := Start(Options{Open: 1000, BackupRuns: func() bool { asked++; time.Sleep(takes); return false }})
			began := time.Now()
			w.Each(2000, func(int) device.Reason { time.Sleep(100 * time.Millisecond); w.Answered(); return "" })
			took := time.Since(began)
			if spent := time.Duration(asked) * takes; asked < 2 || spent > took/restFor+takes {
				t.Errorf("asked %d times for %v each in %v", asked, takes, took)
			}
		})
	}
}

// When a hub fails above twelve, the limit falls back to ten and stays there.
func TestLimitFallsBackWhenAHubFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bears = 12
		var h hub
		var failed atomic.Int32
		w := Start(Options{Open: 1000})
		w.Each(300, func(i int) device.Reason {
			now := h.visit(100 * time.Millisecond)
			if i > 100 && now > Usual {
				t.Errorf("%d at a time though it has fallen back", now)
			}
			if now > bears {
				failed.Add(1)
				return device.Detached
			}
			return ""
		})
		if w.Used().FellBack != device.Detached || failed.Load() > 15 {
			t.Errorf("%d failed, %+v", failed.Load(), w.Used())
		}
	})
}

// An idle pool starts over: a device unplugged in the morning does not slow down the day.
func TestIdleWorkersStartOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hub
		w := Start(Options{Open: 1000})
		w.Each(1, func(int) device.Reason { return device.Detached })
		w.Each(300, func(int) device.Reason { h.visit(time.Second); return "" })
		if h.most <= Usual {
			t.Errorf("%d at a time after a pause", h.most)
		}
	})
}

// A permanent refusal, such as by a device that does not trust this computer, is no sign of an
// overloaded hub.
func TestRefusalsAreNoSign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Start(Options{Open: 1000})
		w.Each(100, func(int) device.Reason { time.Sleep(time.Second); return device.NeverPaired })
		if used := w.Used(); used.Most <= Usual || used.FellBack != "" {
			t.Errorf("%+v", used)
		}
	})
}

// The limit never rises while a backup runs.
func TestLimitNeverRisesDuringABackup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hub
		w := Start(Options{Open: 1000, BackupRuns: func() bool { return true }})
		w.Each(100, func(int) device.Reason { w.Answered(); h.visit(time.Second); return "" })
		if used := w.Used(); h.most > Usual || !used.HeldBack {
			t.Errorf("%d at a time, %+v", h.most, used)
		}
	})
}

// The limit falls back when a backup starts, whether it is still rising or at its maximum.
// Visits in progress finish; no new ones start above the limit.
func TestLimitFallsBackDuringABackup(t *testing.T) {
	for _, begins := range []time.Duration{1500 * time.Millisecond, 2 * time.Second, 4900 * time.Millisecond, 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			var h hub
			var most atomic.Int32 // a while after the backup has started
			began := time.Now()
			w := Start(Options{Open: 1000, BackupRuns: func() bool { return time.Since(began) >= begins }})
			w.Each(3000, func(int) device.Reason {
				w.Answered()
				late := time.Since(began) > begins+3*time.Second
				if now := int32(h.visit(time.Second)); late && now > most.Load() {
					most.Store(now)
				}
				return ""
			})
			if used := w.Used(); h.most <= Usual || most.Load() != Usual || !used.HeldBack {
				t.Errorf("a backup after %v: %d at a time before it, %d beside it, %+v", begins, h.most, most.Load(), used)
			}
		})
	}
}

// Silent devices release their slots, and count as a sign of trouble.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Start(Options{Jobs: 2, Open: 10})
		begun := time.Now()
		w.Each(4, func(int) device.Reason { time.Sleep(time.Minute); return device.Timeout })
		if took := time.Since(begun); took != visitTimeout+time.Minute {
			t.Errorf("took %v", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := Start(Options{Open: 1000})
		w.Each(200, func(i int) device.Reason {
			if i == 0 {
				time.Sleep(time.Minute)
			}
			time.Sleep(time.Second)
			return ""
		})
		if used := w.Used(); used.FellBack != device.Timeout {
			t.Errorf("%+v", used)
		}
	})
}

// Open visits never exceed the limit, silent ones included.
func TestOpenIsABound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hub
		w := Start(Options{Open: 3})
		w.Each(9, func(int) device.Reason { h.visit(time.Minute); return "" })
		if h.most != 3 {
			t.Errorf("%d under way, want 3", h.most)
		}
	})
}

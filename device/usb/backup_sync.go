package usb

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
)

// The notifications posted around a backup.
const (
	cancelRequested = "com.apple.itunes-client.syncCancelRequest"
	promptPresented = "com.apple.LocalAuthentication.ui.presented"
	promptDismissed = "com.apple.LocalAuthentication.ui.dismissed"
	syncWillStart   = "com.apple.itunes-mobdev.syncWillStart"
	syncLockRequest = "com.apple.itunes-mobdev.syncLockRequest"
	syncDidStart    = "com.apple.itunes-mobdev.syncDidStart"
	syncDidFinish   = "com.apple.itunes-mobdev.syncDidFinish"
)

// A syncLock is held during a backup. Programs that sync with the device coordinate through a
// lock file on it. While the lock is held, notifications from the device are followed.
type syncLock struct {
	notices *link // nil if the device lacks the service
	files   *reports
	file    uint64
	stop    func()
}

// How often to try a lock held by another program, and how long to wait in between.
const (
	lockTries = 50
	lockPause = 200 * time.Millisecond
)

// beginSync takes the lock. A device that lacks the services for it is backed up without one.
func (e *examination) beginSync(ctx context.Context, cancel context.CancelCauseFunc, tell func(BackupEvent)) (*syncLock, error) {
	s := &syncLock{stop: func() {}}
	err := e.observe(ctx, cancel, tell, s)
	if err == nil {
		err = s.post(syncWillStart)
	}
	if err == nil || !fatal(ctx, err) {
		err = e.lockSync(ctx, s, lockTries)
	}
	if err == nil {
		err = s.post(syncDidStart)
	}
	if err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// observe subscribes to the device's notifications.
func (e *examination) observe(ctx context.Context, cancel context.CancelCauseFunc, tell func(BackupEvent), s *syncLock) error {
	notices, err := e.openNotices(ctx, notifyService, cancelRequested)
	if err != nil {
		return cmp.Or(e.broken, nil) // without it, the prompt and a cancel on the device go unnoticed
	}
	s.notices = notices
	for _, name := range []string{promptPresented, promptDismissed} {
		if err := s.say("ObserveNotification", name); err != nil {
			return err
		}
	}
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		hearNotices(ctx, notices, cancel, tell)
	}()
	s.stop = func() {
		notices.Close()
		<-listening
	}
	return nil
}

// hearNotices forwards notifications until the connection ends.
func hearNotices(ctx context.Context, notices *link, cancel context.CancelCauseFunc, tell func(BackupEvent)) {
	for {
		message, err := notices.receive(ctx, maxReply)
		switch {
		case notices.broken != nil:
			return
		case err != nil:
			continue
		case relays(message, cancelRequested):
			cancel(ErrCancelled)
		case relays(message, promptPresented):
			tell(BackupEvent{Prompt: new(true)})
		case relays(message, promptDismissed):
			tell(BackupEvent{Prompt: new(false)})
		}
	}
}

// say sends one message to notification_proxy, on the connection that also receives
// notifications.
func (s *syncLock) say(command, name string) error {
	if s.notices == nil {
		return nil
	}
	err := s.notices.raw.SetWriteDeadline(time.Now().Add(s.notices.timeout))
	if err == nil {
		err = ios.NewLockDownConnection(s.notices.DeviceConnection).Send(notifyRequest{command, name})
	}
	if err != nil {
		return device.Detached
	}
	return nil
}

func (s *syncLock) post(name string) error { return s.say("PostNotification", name) }

// The AFC lock operation with its modes, and the status if another program holds the lock.
const (
	afcLock       = 27
	afcReadWrite  = 2     // mode of afcOpen
	afcExclusive  = 2 | 4 // fail at once if it is held
	afcUnlock     = 8 | 4
	afcWouldBlock = "afc19"
)

// lockSync takes the lock on the sync file. If another program holds it, it is tried again.
func (e *examination) lockSync(ctx context.Context, s *syncLock, tries int) error {
	l, err := e.openService(ctx, "com.apple.afc")
	if err != nil {
		return cmp.Or(e.broken, nil)
	}
	s.files = &reports{&afc{link: l}}
	answer, err := s.files.request(ctx, afcOpen, append(append(words(afcReadWrite), "/com.apple.itunes.lock_sync"...), 0), afcOpened)
	if err != nil || len(answer) < 8 {
		return s.files.broken // if the file cannot be opened, no other program holds it either
	}
	s.file = binary.LittleEndian.Uint64(answer)
	if err := s.post(syncLockRequest); err != nil {
		return err
	}
	for range tries {
		err := s.files.succeed(ctx, afcLock, words(s.file, afcExclusive))
		if gap, ok := errors.AsType[device.Gap](err); !ok || gap.Detail != afcWouldBlock {
			return s.files.broken
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return reasonOf(ctx, ctx.Err())
		}
	}
	return device.Busy
}

// end releases the lock and announces the end of the backup.
func (s *syncLock) end() {
	if s.files != nil {
		ctx, stop := context.WithTimeout(context.Background(), s.files.timeout)
		defer stop()
		if s.file != 0 {
			_ = s.files.succeed(ctx, afcLock, words(s.file, afcUnlock)) // closing the connection also releases it
			s.files.closeFile(ctx, s.file)
		}
		s.files.Close()
	}
	_ = s.post(syncDidFinish)
	s.stop()
}

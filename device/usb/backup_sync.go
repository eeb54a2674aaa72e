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

// The notifications around a backup.
const (
	cancelRequested = "com.apple.itunes-client.syncCancelRequest"
	promptPresented = "com.apple.LocalAuthentication.ui.presented"
	promptDismissed = "com.apple.LocalAuthentication.ui.dismissed"
	syncWillStart   = "com.apple.itunes-mobdev.syncWillStart"
	syncLockRequest = "com.apple.itunes-mobdev.syncLockRequest"
	syncDidStart    = "com.apple.itunes-mobdev.syncDidStart"
	syncDidFinish   = "com.apple.itunes-mobdev.syncDidFinish"
)

// A syncLock is held while a backup is made: programs that sync with the device agree on it
// by a file on the device. While it is held, what the device posts is listened to.
type syncLock struct {
	notices *link // nil if the device has no such service
	files   *reports
	file    uint64
	stop    func()
}

// How often, and for how long, a lock that another program has is tried again.
const (
	lockTries = 50
	lockPause = 200 * time.Millisecond
)

// beginSync takes the lock. A device without the services for that is backed up all the same.
func (e *examination) beginSync(ctx context.Context, cancel context.CancelCauseFunc, tell func(BackupEvent)) (*syncLock, error) {
	s := &syncLock{stop: func() {}}
	err := e.observe(ctx, cancel, tell, s)
	if err == nil {
		err = s.post(syncWillStart)
	}
	if err == nil || !fatal(ctx, err) {
		err = e.lockSync(ctx, s)
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

// observe listens to what the device posts.
func (e *examination) observe(ctx context.Context, cancel context.CancelCauseFunc, tell func(BackupEvent), s *syncLock) error {
	notices, err := e.openNotices(ctx, notifyService, cancelRequested)
	if err != nil {
		return cmp.Or(e.broken, nil) // what is not told is how long the device asks
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

// hearNotices passes on what is posted, until nothing more comes.
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

// say sends one message to notification_proxy, beside which it is listened to.
func (s *syncLock) say(command, name string) error {
	if s.notices == nil {
		return nil
	}
	err := s.notices.raw.SetWriteDeadline(time.Now().Add(s.notices.patience))
	if err == nil {
		err = ios.NewLockDownConnection(s.notices.DeviceConnection).Send(notifyRequest{command, name})
	}
	if err != nil {
		return device.Detached
	}
	return nil
}

func (s *syncLock) post(name string) error { return s.say("PostNotification", name) }

// The operations of AFC that lock a file, and its answer where another program has it.
const (
	afcLock       = 27
	afcReadWrite  = 2     // mode of afcOpen
	afcExclusive  = 2 | 4 // at once or not at all
	afcUnlock     = 8 | 4
	afcWouldBlock = "afc19"
)

// lockSync takes the file by which programs agree.
func (e *examination) lockSync(ctx context.Context, s *syncLock) error {
	l, err := e.openService(ctx, "com.apple.afc")
	if err != nil {
		return cmp.Or(e.broken, nil)
	}
	s.files = &reports{&afc{link: l}}
	answer, err := s.files.request(ctx, afcOpen, append(append(words(afcReadWrite), "/com.apple.itunes.lock_sync"...), 0), afcOpened)
	if err != nil || len(answer) < 8 {
		return s.files.broken // a device that will not open it is not locked by anyone
	}
	s.file = binary.LittleEndian.Uint64(answer)
	if err := s.post(syncLockRequest); err != nil {
		return err
	}
	for range lockTries {
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

// end frees the lock, and says that the backup is over.
func (s *syncLock) end() {
	if s.files != nil {
		ctx, stop := context.WithTimeout(context.Background(), s.files.patience)
		defer stop()
		if s.file != 0 {
			_ = s.files.succeed(ctx, afcLock, words(s.file, afcUnlock)) // the connection ends next, and frees it too
			s.files.closeFile(ctx, s.file)
		}
		s.files.Close()
	}
	_ = s.post(syncDidFinish)
	s.stop()
}

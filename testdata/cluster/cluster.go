// Package cluster runs a private PostgreSQL server for tests, in a temporary folder, reachable
// only by a Unix socket there.
package cluster

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// ErrNotInstalled means that PostgreSQL cannot be run on this computer.
var ErrNotInstalled = errors.New("PostgreSQL is not installed: initdb is neither in PATH nor in /usr/lib/postgresql, or runuser, which root needs for it, is not in PATH")

// patience is how long starting and stopping may take.
const patience = time.Minute

// owner is the user that runs the server if the tests run as root, which PostgreSQL refuses.
const owner = "postgres"

// A Cluster is one PostgreSQL server.
type Cluster struct {
	folder   string
	programs string
	settings []string
}

// Start creates and starts a server. settings are those of postgresql.conf, such as fsync=off.
func Start(settings ...string) (*Cluster, error) {
	programs, err := find()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "backupdoctor-pg-") // a socket's path must be short
	if err != nil {
		return nil, err
	}
	c := &Cluster{folder: folder, programs: programs, settings: settings}
	err = give(folder)
	if err == nil {
		err = c.run("initdb", "--pgdata="+c.data(), "--username="+owner, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	}
	if err == nil {
		err = c.Resume()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return c, nil
}

func (c *Cluster) data() string { return filepath.Join(c.folder, "data") }

// find returns the folder of the newest PostgreSQL programs.
func find() (string, error) {
	if _, err := exec.LookPath("runuser"); err != nil && os.Geteuid() == 0 {
		return "", ErrNotInstalled
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		path, err = filepath.EvalSymlinks(path)
		return filepath.Dir(path), err
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrNotInstalled
	}
	return filepath.Dir(slices.Max(found)), nil
}

// give changes the owner of a folder to PostgreSQL's user, if that is another one.
func give(folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	as, err := user.Lookup(owner)
	if err != nil {
		return err
	}
	uid, errUID := strconv.Atoi(as.Uid)
	gid, errGID := strconv.Atoi(as.Gid)
	return errors.Join(errUID, errGID, os.Chown(folder, uid, gid))
}

func (c *Cluster) run(program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := append([]string{filepath.Join(c.programs, program)}, args...)
	if os.Geteuid() == 0 {
		command = append([]string{"runuser", "-u", owner, "--"}, command...)
	}
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	process.Dir = c.folder
	process.WaitDelay = time.Second // a started server keeps its output open
	if output, err := process.CombinedOutput(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("%s: %w: %s", program, err, output)
	}
	return nil
}

// Resume restarts a killed server.
func (c *Cluster) Resume() error {
	options := []string{"-k " + c.folder, "-c listen_addresses="}
	for _, setting := range c.settings {
		options = append(options, "-c "+setting)
	}
	return c.run("pg_ctl", "start", "--wait", "--silent", "--pgdata="+c.data(), "--log="+filepath.Join(c.folder, "log"), "--options="+strings.Join(options, " "))
}

// Stop stops the server and removes its folder.
func (c *Cluster) Stop() error {
	return errors.Join(c.run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate", "--pgdata="+c.data()), os.RemoveAll(c.folder))
}

// Address returns the address of a database of the server.
func (c *Cluster) Address(database string) string {
	return "postgres://" + owner + "@/" + database + "?host=" + url.QueryEscape(c.folder)
}

// Create creates an empty database and returns its address.
func (c *Cluster) Create(ctx context.Context, database string) (string, error) {
	return c.Address(database), c.query(ctx, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "CREATE DATABASE "+database)
		return err
	})
}

// query runs step on the default database.
func (c *Cluster) query(ctx context.Context, step func(*sql.DB) error) error {
	db, err := sql.Open("pgx", c.Address("postgres"))
	if err != nil {
		return err
	}
	return errors.Join(step(db), db.Close())
}

// Kill kills all processes of the server at once, like a power failure.
func (c *Cluster) Kill(ctx context.Context) error {
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	main, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	ids := []int{main}
	err = c.query(ctx, func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, "SELECT pid FROM pg_stat_activity")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	for _, id := range ids {
		if process, found := os.FindProcess(id); found == nil {
			process.Kill() // ignores processes that have already exited
		}
	}
	return errors.Join(err, gone(ctx, ids))
}

// gone waits until processes have exited.
func gone(ctx context.Context, ids []int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, id := range ids {
		process, err := os.FindProcess(id)
		for err == nil && process.Signal(syscall.Signal(0)) == nil {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return fmt.Errorf("process %d does not end: %w", id, ctx.Err())
			}
		}
	}
	return nil
}

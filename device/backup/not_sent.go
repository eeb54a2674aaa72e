package backup

import (
	"context"
	"os"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// judgeNotSent leaves open whether the list of files is complete if the device could not read some:
// it does not list them.
func (v *verification) judgeNotSent() {
	for _, file := range v.options.NotSent {
		v.faults.addFile(notSent, file)
		v.statements.mark(device.StatementList, device.ShownNeither, notSent)
	}
	switch err := v.options.NotSentErr; {
	case err == nil:
	case unseen(err) != nil:
		v.leaveOpen(device.StatementList, unseen(err), "the record of files not sent")
	default:
		v.leaveOpen(device.StatementList, notSentUnread, "")
	}
}

// NameFiles fills in the domain and the path of files known by their ID, as far as the list of files
// of a backup has them.
func NameFiles(ctx context.Context, folder Folder, options Options, files []device.BackupProblem) {
	root, err := os.OpenRoot(folder.Path)
	if err != nil {
		return
	}
	defer root.Close()
	top, err := openDirectory(root, ".")
	if err != nil {
		return
	}
	defer top.close()
	v := verification{folder: folder, options: options, root: root, top: top, properties: readProperties(top), faults: newFaults(Options{})}
	list, err := v.openManifest(ctx)
	if err != nil {
		return
	}
	defer list.Close()
	for i := range files {
		if id, ok := manifest.ParseID([]byte(files[i].FileID)); ok && files[i].Domain == "" {
			if row, err := list.Find(ctx, id); err == nil {
				files[i].Domain, files[i].Path = string(row.Domain), string(row.Path)
			}
		}
	}
}

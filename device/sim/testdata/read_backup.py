"""Read a backup with a reader that others wrote, and print the SHA-256 of each file.

Usage: read_backup.py pyiosbackup|iphone_backup_decrypt FOLDER PASSWORD
"""

import hashlib
import sys
import tempfile
from pathlib import Path


def with_pyiosbackup(folder, password):
    from pyiosbackup import Backup

    for entry in Backup.from_path(folder, password).iter_files():
        if entry.is_file():
            yield f"{entry.domain}-{entry.relative_path}", entry.read_bytes()


def with_iphone_backup_decrypt(folder, password):
    from iphone_backup_decrypt import EncryptedBackup

    backup = EncryptedBackup(backup_directory=folder, passphrase=password)
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch, "Manifest.db")
        backup.save_manifest_file(str(listing))
        import sqlite3

        rows = sqlite3.connect(listing).execute("SELECT domain, relativePath FROM Files WHERE flags = 1").fetchall()
    for domain, path in rows:
        yield f"{domain}-{path}", backup.extract_file_as_bytes(path, domain_like=domain)


reader, folder, password = sys.argv[1:]
for name, data in globals()[f"with_{reader}"](folder, password):
    print(hashlib.sha256(data).hexdigest(), len(data), name)

package command

import (
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Length limits of a token in a file, in bytes. A short token could be guessed.
const (
	minToken = 16
	maxToken = 1 << 10
)

// Token reads a token from a file.
func Token(path string) (string, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return "", Usage("", "%w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxToken+1))
	if err != nil {
		return "", Usage("", "%w", err)
	}
	token := strings.TrimSpace(string(text))
	if len(token) < minToken || len(text) > maxToken {
		return "", Usage("openssl rand -hex 16 makes one", "the token in %s must be of %d to %d bytes", path, minToken, maxToken)
	}
	return token, nil
}

// Command go_verifier checks evidence logs with the code of Go's checksum database, and nothing of vmsguard:
// golang.org/x/mod/sumdb/note for signatures, golang.org/x/mod/sumdb/tlog for the tree.
//
//	go_verifier log VKEY CHECKPOINT SEGMENT...      signature, and the root over the lines of the segments
//	go_verifier proof VKEY RECORD PROOF             inclusion of one record by a C2SP tlog-proof
//	go_verifier grown VKEY OLD PROOF                a head that goes on from OLD, by the body a tlog-witness is sent
//	go_verifier tiles VKEY DIRECTORY                a C2SP tlog-tiles directory: checkpoint, tiles, every entry
//	go_verifier grown-tiles VKEY OLD DIRECTORY      consistency of an old head with the head of the tiles
//
// It exits 0 and says what it accepted, or exits 1 and says why not.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The tile height that C2SP tlog-tiles fixes.
const height = 8

func main() {
	told, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "rejected:", err)
		os.Exit(1)
	}
	fmt.Println("accepted:", told)
}

func run(words []string) (string, error) {
	switch {
	case len(words) >= 4 && words[0] == "log":
		return checkLog(words[1], words[2], words[3:])
	case len(words) == 4 && words[0] == "proof":
		return checkProof(words[1], words[2], words[3])
	case len(words) == 4 && words[0] == "grown":
		return checkGrown(words[1], words[2], words[3])
	case len(words) == 3 && words[0] == "tiles":
		return checkTiles(words[1], words[2])
	case len(words) == 4 && words[0] == "grown-tiles":
		return checkGrownTiles(words[1], words[2], words[3])
	}
	return "", errors.New("usage: see the comment at the top of main.go")
}

// head is what a checkpoint states once its signature was verified.
type head struct {
	origin string
	tree   tlog.Tree
}

func (h head) String() string {
	return fmt.Sprintf("%s %d %v", h.origin, h.tree.N, h.tree.Hash)
}

func readHead(vkey, path string) (head, error) {
	signed, err := os.ReadFile(path)
	if err != nil {
		return head{}, err
	}
	return openHead(vkey, signed)
}

// openHead verifies the note and reads origin, size and root. tlog.ParseTree knows only Go's own first line.
func openHead(vkey string, signed []byte) (head, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return head{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return head{}, errors.New("not a checkpoint of this origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return head{}, errors.New("malformed tree size")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return head{}, err
	}
	return head{lines[0], tlog.Tree{N: size, Hash: root}}, nil
}

// storage keeps the stored hashes of a growing tree in memory.
type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = s[index]
	}
	return found, nil
}

func checkLog(vkey, checkpoint string, segments []string) (string, error) {
	signed, err := readHead(vkey, checkpoint)
	if err != nil {
		return "", err
	}
	var hashes storage
	var size int64
	for _, segment := range segments {
		err := eachLine(segment, func(line []byte) error {
			added, err := tlog.StoredHashes(size, line, hashes)
			hashes = append(hashes, added...)
			size++
			return err
		})
		if err != nil {
			return "", err
		}
	}
	if size != signed.tree.N {
		return "", fmt.Errorf("%d records, and the head covers %d", size, signed.tree.N)
	}
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return "", err
	}
	if root != signed.tree.Hash {
		return "", fmt.Errorf("root %v, and the head states %v", root, signed.tree.Hash)
	}
	return signed.String(), nil
}

func eachLine(path string, take func([]byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: last line has no end: %w", path, err)
		}
		if err := take(line[:len(line)-1]); err != nil {
			return err
		}
	}
}

func checkProof(vkey, record, proof string) (string, error) {
	line, err := os.ReadFile(record)
	if err != nil {
		return "", err
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	told, err := os.ReadFile(proof)
	if err != nil {
		return "", err
	}
	top, signed, found := strings.Cut(string(told), "\n\n")
	if !found {
		return "", errors.New("no checkpoint in the proof")
	}
	lines := strings.Split(top, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", errors.New("not a tlog-proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return "", errors.New("no index in the proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return "", err
	}
	hashes, err := parseHashes(lines[1:])
	if err != nil {
		return "", err
	}
	covered, err := openHead(vkey, []byte(signed))
	if err != nil {
		return "", err
	}
	err = tlog.CheckRecord(tlog.RecordProof(hashes), covered.tree.N, covered.tree.Hash, index, tlog.RecordHash(line))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("record %d of %v", index, covered), nil
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	hashes := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func checkGrown(vkey, oldPath, proofPath string) (string, error) {
	before, err := readHead(vkey, oldPath)
	if err != nil {
		return "", err
	}
	told, err := os.ReadFile(proofPath)
	if err != nil {
		return "", err
	}
	top, signed, found := strings.Cut(string(told), "\n\n")
	if !found {
		return "", errors.New("no checkpoint in the proof")
	}
	lines := strings.Split(top, "\n")
	if lines[0] != fmt.Sprintf("old %d", before.tree.N) {
		return "", errors.New("the proof begins at another size")
	}
	proof, err := parseHashes(lines[1:])
	if err != nil {
		return "", err
	}
	after, err := openHead(vkey, []byte(signed))
	if err != nil {
		return "", err
	}
	err = tlog.CheckTree(tlog.TreeProof(proof), after.tree.N, after.tree.Hash, before.tree.N, before.tree.Hash)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d grew to %d", before.tree.N, after.tree.N), nil
}

// tiles reads a directory of C2SP tlog-tiles; Go's own paths name the tile height, C2SP's do not.
type tiles string

func (directory tiles) path(tile tlog.Tile) string {
	inside := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tile.H))
	inside = strings.Replace(inside, "data/", "entries/", 1)
	return filepath.Join(string(directory), "tile", filepath.FromSlash(inside))
}

func (directory tiles) Height() int { return height }

func (directory tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (directory tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		read, err := os.ReadFile(directory.path(tile))
		if err != nil {
			return nil, err
		}
		data[i] = read
	}
	return data, nil
}

func checkTiles(vkey, directory string) (string, error) {
	signed, err := readHead(vkey, filepath.Join(directory, "checkpoint"))
	if err != nil {
		return "", err
	}
	source := tiles(directory)
	reader := tlog.TileHashReader(signed.tree, source)
	const width = 1 << height
	for first := int64(0); first < signed.tree.N; first += width {
		count := signed.tree.N - first
		if count > width {
			count = width
		}
		indexes := make([]int64, count)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		// TileHashReader returns only hashes that it has proven against the tree's root.
		proven, err := reader.ReadHashes(indexes)
		if err != nil {
			return "", err
		}
		bundle := tlog.Tile{H: height, L: -1, N: first / width, W: int(count)}
		if err := checkBundle(source.path(bundle), first, proven); err != nil {
			return "", err
		}
	}
	return signed.String(), nil
}

func checkBundle(path string, first int64, proven []tlog.Hash) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for i, hash := range proven {
		if len(data) < 2 {
			return fmt.Errorf("%s ends before entry %d", path, first+int64(i))
		}
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			return fmt.Errorf("%s ends inside entry %d", path, first+int64(i))
		}
		if tlog.RecordHash(data[2:2+length]) != hash {
			return fmt.Errorf("%s: entry %d is another one than the tree holds", path, first+int64(i))
		}
		data = data[2+length:]
	}
	if len(data) > 0 {
		return fmt.Errorf("%s goes on after its last entry", path)
	}
	return nil
}

func checkGrownTiles(vkey, oldPath, directory string) (string, error) {
	before, err := readHead(vkey, oldPath)
	if err != nil {
		return "", err
	}
	after, err := readHead(vkey, filepath.Join(directory, "checkpoint"))
	if err != nil {
		return "", err
	}
	proof, err := tlog.ProveTree(after.tree.N, before.tree.N, tlog.TileHashReader(after.tree, tiles(directory)))
	if err != nil {
		return "", err
	}
	err = tlog.CheckTree(proof, after.tree.N, after.tree.Hash, before.tree.N, before.tree.Hash)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d grew to %d", before.tree.N, after.tree.N), nil
}

// Reads a log with Go's own transparency-log packages (golang.org/x/mod/sumdb), which know nothing of Vitrine: opens the
// checkpoint, reads every hash through tiles that are checked against the root, and checks every entry, a number of inclusion
// and consistency proofs, and receipts if a register serves them.
//
//	go run main.go URL|FOLDER VKEY
package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var place string

func main() {
	if len(os.Args) != 3 {
		fail("usage: main URL|FOLDER VKEY")
	}
	place = strings.TrimSuffix(os.Args[1], "/")
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	tree := openCheckpoint(mustRead("checkpoint"), verifier)
	hashes := tlog.TileHashReader(tree, tiles{tree.N})
	entries := checkEntries(tree, hashes)
	inclusions := checkInclusions(tree, hashes)
	consistencies := checkConsistencies(tree, hashes)
	fmt.Printf("%d entries, %d inclusion proofs, %d consistency proofs hold", entries, inclusions, consistencies)
	if strings.HasPrefix(place, "http") {
		fmt.Printf(", %d receipts", checkReceipts(tree, verifier))
	}
	fmt.Println(".")
}

// openCheckpoint opens the signed note and reads the three lines of a checkpoint.
func openCheckpoint(text []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		fail("the origin %q is not the key's name %q", lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func checkEntries(tree tlog.Tree, hashes tlog.HashReader) int64 {
	var n int64
	for bundle := int64(0); n < tree.N; bundle++ {
		width := min(256, tree.N-n)
		bytes := mustRead(tilePath("entries", bundle, int(width)))
		for at := 0; at < len(bytes); n++ {
			end := at + 2 + (int(bytes[at])<<8 | int(bytes[at+1]))
			stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
			check(err)
			if stored[0] != tlog.RecordHash(bytes[at+2:end]) {
				fail("entry %d does not have the hash in its tile", n)
			}
			at = end
		}
	}
	return n
}

func checkInclusions(tree tlog.Tree, hashes tlog.HashReader) int {
	count := 0
	for n := int64(0); n < tree.N; n += 1 + tree.N/200 {
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		check(err)
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf[0]))
		count++
	}
	return count
}

func checkConsistencies(tree tlog.Tree, hashes tlog.HashReader) int {
	count := 0
	for n := int64(1); n <= tree.N; n += 1 + tree.N/200 {
		proof, err := tlog.ProveTree(tree.N, n, hashes)
		check(err)
		root, err := tlog.TreeHash(n, hashes)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, n, root))
		count++
	}
	return count
}

// checkReceipts checks c2sp.org/tlog-proof@v1 files: header, extra data, index, hashes, an empty line, the checkpoint.
func checkReceipts(tree tlog.Tree, verifier note.Verifier) int {
	count := 0
	for n := int64(0); n < tree.N; n += 1 + tree.N/50 {
		text := string(mustRead(fmt.Sprintf("proof/%d.tlog-proof", n)))
		head, checkpoint, found := strings.Cut(text, "\n\n")
		lines := strings.Split(head, "\n")
		if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[2] != fmt.Sprintf("index %d", n) {
			fail("receipt %d is not well formed", n)
		}
		leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
		check(err)
		var proof tlog.RecordProof
		for _, line := range lines[3:] {
			hash, err := tlog.ParseHash(line)
			check(err)
			proof = append(proof, hash)
		}
		signed := openCheckpoint([]byte(checkpoint), verifier)
		check(tlog.CheckRecord(proof, signed.N, signed.Hash, n, tlog.RecordHash(leaf)))
		count++
	}
	return count
}

// tiles gives tlog.TileHashReader its tiles: it checks each against the root before it uses it.
type tiles struct{ size int64 }

func (tiles) Height() int { return height }

func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		bytes, err := read(tilePath(strconv.Itoa(tile.L), tile.N, tile.W))
		if err != nil && tile.W < 256 {
			bytes, err = read(tilePath(strconv.Itoa(tile.L), tile.N, 256))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, bytes[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func tilePath(level string, n int64, width int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + path
}

func read(path string) ([]byte, error) {
	if !strings.HasPrefix(place, "http") {
		return os.ReadFile(filepath.Join(place, path))
	}
	answer, err := http.Get(place + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s answers %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func mustRead(path string) []byte {
	bytes, err := read(path)
	check(err)
	return bytes
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, with ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", with...)
	os.Exit(1)
}

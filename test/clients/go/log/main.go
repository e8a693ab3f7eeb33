// golang.org/x/mod/sumdb/{note,tlog} against the transparency log at LOG with the verifier key VERIFIER_KEY. PROOF is the file
// of a proof that the command line wrote. Speaks the lines of ../../program.ts.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var (
	log     = os.Getenv("LOG")
	input   = bufio.NewReader(os.Stdin)
	fetched int
)

func say(line map[string]string) {
	_ = json.NewEncoder(os.Stdout).Encode(line)
}

func check(name string, run func() error) {
	if err := run(); err != nil {
		say(map[string]string{"failed": name, "why": err.Error()})
		return
	}
	say(map[string]string{"passed": name})
}

func get(path string) ([]byte, error) {
	answer, err := http.Get(log + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return body, err
}

// The path of a tile as C2SP tlog-tiles writes it.
func pathOf(kind string, n int64, width int) string {
	index := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		index = fmt.Sprintf("x%03d/%s", n%1000, index)
	}
	path := "/tile/" + kind + "/" + index
	if width < 1<<height {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

// Tiles of the log; TileHashReader verifies each of them against the checkpoint.
type tiles struct{}

func (tiles) Height() int { return height }

func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		fetched++
		data, err := get(pathOf(fmt.Sprint(tile.L), tile.N, tile.W))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// A checkpoint: the lines of a tree note of sumdb with another first line.
func open(text []byte, verifier note.Verifier) (tree tlog.Tree, err error) {
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	var root string
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("checkpoint %q", signed.Text)
	}
	if _, err = fmt.Sscanf(lines[1]+" "+lines[2], "%d %s", &tree.N, &root); err != nil {
		return tree, err
	}
	bytes, err := base64.StdEncoding.DecodeString(root)
	copy(tree.Hash[:], bytes)
	return tree, err
}

// The entries of the log as its bundles have them.
func entries(size int64) (all [][]byte, err error) {
	for n := int64(0); n*256 < size; n++ {
		bundle, err := get(pathOf("entries", n, int(min(256, size-n*256))))
		if err != nil {
			return nil, err
		}
		for len(bundle) > 0 {
			length := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	if int64(len(all)) != size {
		err = fmt.Errorf("%d entries for size %d", len(all), size)
	}
	return all, err
}

func main() {
	verifier, err := note.NewVerifier(os.Getenv("VERIFIER_KEY"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var first tlog.Tree

	check("the checkpoint is a note of the verifier key (sumdb/note)", func() (err error) {
		text, err := get("/checkpoint")
		if err != nil {
			return err
		}
		if first, err = open(text, verifier); err != nil {
			return err
		}
		forged := strings.Replace(string(text), fmt.Sprintf("\n%d\n", first.N), fmt.Sprintf("\n%d\n", first.N+1), 1)
		if _, err := open([]byte(forged), verifier); err == nil {
			return fmt.Errorf("a changed checkpoint was accepted")
		}
		return nil
	})

	check("each entry is included in the tree of the checkpoint (sumdb/tlog)", func() error {
		all, err := entries(first.N)
		if err != nil {
			return err
		}
		reader := tlog.TileHashReader(first, tiles{})
		root, err := tlog.TreeHash(first.N, reader)
		if err != nil || root != first.Hash {
			return fmt.Errorf("root %s for %s: %v", root, first.Hash, err)
		}
		places := make([]int64, first.N)
		for index := range places {
			places[index] = tlog.StoredHashIndex(0, int64(index))
		}
		hashes, err := reader.ReadHashes(places)
		if err != nil {
			return err
		}
		for index, hash := range hashes {
			if hash != tlog.RecordHash(all[index]) {
				return fmt.Errorf("entry %d is not what the tree has", index)
			}
		}
		for index := int64(0); index < first.N; index += max(1, first.N/20) {
			proof, err := tlog.ProveRecord(first.N, index, reader)
			if err == nil {
				err = tlog.CheckRecord(proof, first.N, first.Hash, index, tlog.RecordHash(all[index]))
			}
			if err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			if tlog.CheckRecord(proof, first.N, first.Hash, index, tlog.RecordHash([]byte("another"))) == nil {
				return fmt.Errorf("another entry %d was accepted", index)
			}
		}
		return nil
	})

	check("a later checkpoint is consistent with the first (sumdb/tlog)", func() error {
		// The other side appends records before it answers.
		say(map[string]string{"open": "more"})
		if _, err := input.ReadString('\n'); err != nil {
			return err
		}
		for try := 0; try < 200; try++ {
			text, err := get("/checkpoint")
			if err != nil {
				return err
			}
			second, err := open(text, verifier)
			if err != nil {
				return err
			}
			if second.N < first.N+300 {
				time.Sleep(100 * time.Millisecond)
				continue
			}
			proof, err := tlog.ProveTree(second.N, first.N, tlog.TileHashReader(second, tiles{}))
			if err != nil {
				return err
			}
			return tlog.CheckTree(proof, second.N, second.Hash, first.N, first.Hash)
		}
		return fmt.Errorf("the log did not grow by 300 entries")
	})

	check("the proof of the command line has the checkpoint and the entry (C2SP tlog-proof)", func() error {
		text, err := os.ReadFile(os.Getenv("PROOF"))
		if err != nil {
			return err
		}
		head, checkpoint, _ := strings.Cut(string(text), "\n\n")
		tree, err := open([]byte(checkpoint), verifier)
		if err != nil {
			return err
		}
		lines := strings.Split(head, "\n")
		entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
		if err != nil || lines[0] != "c2sp.org/tlog-proof@v1" {
			return fmt.Errorf("proof %q: %v", head, err)
		}
		var index int64
		if _, err := fmt.Sscanf(lines[2], "index %d", &index); err != nil {
			return err
		}
		var proof tlog.RecordProof
		for _, line := range lines[3:] {
			var hash tlog.Hash
			bytes, err := base64.StdEncoding.DecodeString(line)
			if err != nil || copy(hash[:], bytes) != tlog.HashSize {
				return fmt.Errorf("hash %q: %v", line, err)
			}
			proof = append(proof, hash)
		}
		return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
	})

	if fetched == 0 {
		fmt.Fprintln(os.Stderr, "no tile was read")
		os.Exit(1)
	}
}

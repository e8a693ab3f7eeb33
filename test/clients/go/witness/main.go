// filippo.io/torchwood and golang.org/x/mod/sumdb against the transparency log at LOG with the verifier key VERIFIER_KEY, and against
// the witness at WITNESS. The witness also knows the log of LOG_SIGNER, which is in this program. Speaks the lines of ../../program.ts.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var input = bufio.NewReader(os.Stdin)

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

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func ask(line string) (string, error) {
	say(map[string]string{"open": line})
	answer, err := input.ReadString('\n')
	return strings.TrimSpace(answer), err
}

// The checkpoint of a note, and the note.
func open(text []byte, verifiers ...note.Verifier) (torchwood.Checkpoint, *note.Note, error) {
	signed, err := note.Open(text, note.VerifierList(verifiers...))
	if err != nil {
		return torchwood.Checkpoint{}, nil, err
	}
	checkpoint, err := torchwood.ParseCheckpoint(signed.Text)
	return checkpoint, signed, err
}

// Sends add-checkpoint to the witness.
func add(old int64, proof tlog.TreeProof, checkpoint []byte) (int, string, error) {
	var body bytes.Buffer
	fmt.Fprintf(&body, "old %d\n", old)
	for _, hash := range proof {
		fmt.Fprintln(&body, hash.String())
	}
	fmt.Fprintf(&body, "\n%s", checkpoint)
	answer, err := http.Post(os.Getenv("WITNESS")+"/add-checkpoint", "text/plain", &body)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// Has the witness cosign, and verifies its cosignature beside the signature of the log.
func cosigned(old int64, proof tlog.TreeProof, checkpoint []byte, log, witness note.Verifier) error {
	status, lines, err := add(old, proof, checkpoint)
	if err != nil || status != 200 {
		return fmt.Errorf("status %d %q: %v", status, lines, err)
	}
	_, signed, err := open(append(checkpoint, lines...), log, witness)
	if err != nil {
		return err
	}
	if len(signed.Sigs) != 2 || len(signed.UnverifiedSigs) != 0 {
		return fmt.Errorf("%d signatures verify, %d do not", len(signed.Sigs), len(signed.UnverifiedSigs))
	}
	at, err := torchwood.CosignatureTimestamp(signed.Sigs[1])
	if age := time.Now().Unix() - at; err != nil || age < -5 || age > 60 {
		return fmt.Errorf("cosigned at %d: %v", at, err)
	}
	return nil
}

// A log in memory.
type memory struct {
	signer note.Signer
	hashes []tlog.Hash
	size   int64
}

func (m *memory) ReadHashes(places []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, place := range places {
		found = append(found, m.hashes[place])
	}
	return found, nil
}

func (m *memory) grow(size int64, text string) {
	for ; m.size < size; m.size++ {
		hashes := must(tlog.StoredHashes(m.size, fmt.Appendf(nil, "%s %d", text, m.size), m))
		m.hashes = append(m.hashes, hashes...)
	}
}

func (m *memory) checkpoint() []byte {
	root := must(tlog.TreeHash(m.size, m))
	text := torchwood.Checkpoint{Origin: m.signer.Name(), Tree: tlog.Tree{N: m.size, Hash: root}}.String()
	return must(note.Sign(&note.Note{Text: text}, m.signer))
}

func main() {
	ctx := context.Background()
	verifier := must(note.NewVerifier(os.Getenv("VERIFIER_KEY")))
	seed := must(base64.RawURLEncoding.DecodeString(os.Getenv("WITNESS_SEED")))
	witness := must(torchwood.NewCosignatureSigner(os.Getenv("WITNESS_NAME"), ed25519.NewKeyFromSeed(seed))).Verifier()
	fetcher := must(torchwood.NewTileFetcher(os.Getenv("LOG")))
	client := must(torchwood.NewClient(fetcher))
	var first torchwood.Checkpoint

	check("the verifier key of the witness is that of torchwood", func() error {
		if witness.String() != os.Getenv("WITNESS_KEY") {
			return fmt.Errorf("%s, not %s", witness, os.Getenv("WITNESS_KEY"))
		}
		return nil
	})

	check("torchwood reads each entry of the log, and proves some of them", func() error {
		text, err := fetcher.ReadEndpoint(ctx, "checkpoint")
		if err != nil {
			return err
		}
		if first, _, err = open(text, verifier); err != nil {
			return err
		}
		count := int64(0)
		for range client.Entries(ctx, first.Tree, 0) {
			count++
		}
		if client.Err() != nil || count == 0 {
			return fmt.Errorf("%d entries: %v", count, client.Err())
		}
		for _, index := range []int64{0, first.N / 2, first.N - 1} {
			entry, proof, err := client.Entry(ctx, first.Tree, index)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, first.N, first.Hash, index, tlog.RecordHash(entry)); err != nil {
				return err
			}
		}
		return cosigned(0, nil, text, verifier, witness)
	})

	check("the witness cosigns a later checkpoint of the log with a consistency proof of sumdb/tlog", func() error {
		if _, err := ask("https://log.example/more"); err != nil {
			return err
		}
		for try := 0; try < 300; try++ {
			text, err := fetcher.ReadEndpoint(ctx, "checkpoint")
			if err != nil {
				return err
			}
			second, _, err := open(text, verifier)
			if err != nil {
				return err
			}
			if second.N < first.N+20 {
				time.Sleep(100 * time.Millisecond)
				continue
			}
			proof, err := tlog.ProveTree(second.N, first.N, torchwood.TileHashReaderWithContext(ctx, second.Tree, fetcher))
			if err != nil {
				return err
			}
			if err := tlog.CheckTree(proof, second.N, second.Hash, first.N, first.Hash); err != nil {
				return err
			}
			if status, size, err := add(second.N, nil, text); status != 409 || size != fmt.Sprintf("%d\n", first.N) {
				return fmt.Errorf("another old size: %d %q: %v", status, size, err)
			}
			return cosigned(first.N, proof, text, verifier, witness)
		}
		return fmt.Errorf("the log did not grow")
	})

	log := &memory{signer: must(note.NewSigner(os.Getenv("LOG_SIGNER")))}
	logVerifier := must(torchwood.NewVerifierFromSigner(os.Getenv("LOG_SIGNER")))

	check("the witness cosigns each size of a log of sumdb/tlog and torchwood", func() error {
		old := int64(0)
		for _, size := range []int64{1, 2, 3, 7, 8, 8, 100, 256, 257} {
			log.grow(size, "entry")
			var proof tlog.TreeProof
			if old > 0 && old < size {
				proof = must(tlog.ProveTree(size, old, log))
			}
			if err := cosigned(old, proof, log.checkpoint(), logVerifier, witness); err != nil {
				return fmt.Errorf("%d to %d: %w", old, size, err)
			}
			old = size
		}
		return nil
	})

	check("the witness is not lied to: no second view, and no older state", func() error {
		fork := &memory{signer: log.signer}
		fork.grow(100, "entry")
		fork.grow(257, "other")
		if status, _, err := add(257, nil, fork.checkpoint()); status != 422 {
			return fmt.Errorf("a second view of one size: %d: %v", status, err)
		}
		fork.grow(300, "other")
		proof := must(tlog.ProveTree(300, 257, fork))
		if status, _, err := add(257, proof, fork.checkpoint()); status != 422 {
			return fmt.Errorf("a second view of a larger size: %d: %v", status, err)
		}
		older := &memory{signer: log.signer}
		older.grow(100, "entry")
		if status, size, err := add(0, nil, older.checkpoint()); status != 409 || size != "257\n" {
			return fmt.Errorf("an older state: %d %q: %v", status, size, err)
		}
		return nil
	})

	check("a cosignature of torchwood verifies here", func() error {
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			return err
		}
		signer := must(torchwood.NewCosignatureSigner("torchwood.example/w", key))
		signed, err := note.Sign(&note.Note{Text: log.text()}, log.signer, signer)
		if err != nil {
			return err
		}
		query := url.Values{"note": {string(signed)}, "key": {signer.Verifier().String()}}
		answer, err := ask("https://log.example/cosigned?" + query.Encode())
		if err == nil && answer != "https://log.example/verified" {
			err = fmt.Errorf("%s", answer)
		}
		return err
	})
}

func (m *memory) text() string {
	return strings.Split(string(m.checkpoint()), "\n\n")[0] + "\n"
}

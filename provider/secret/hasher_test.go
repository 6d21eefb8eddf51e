package secret_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/cognate-idp/cognate/provider/secret"
)

var cheap = secret.Params{Memory: 64, Time: 1, Threads: 1}

func hasher(t testing.TB, p secret.Params, parallel, line int) *secret.Hasher {
	t.Helper()
	h, err := secret.NewHasher(p, parallel, line)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// The strings are those that the Argon2 reference implementation tests itself with.
func TestArgon2ReferenceHashes(t *testing.T) {
	t.Parallel()
	h := hasher(t, secret.DefaultParams, 1, 8)
	for _, v := range []struct{ password, hash string }{
		{"password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
		{"password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
		{"password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
		{"password", "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg"},
		{"differentpassword", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94"},
		{"password", "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw"},
	} {
		if ok, stale, err := h.Verify(t.Context(), v.hash, v.password); !ok || !stale || err != nil {
			t.Errorf("%s: ok=%v stale=%v err=%v", v.hash, ok, stale, err)
		}
		if ok, stale, err := h.Verify(t.Context(), v.hash, v.password+"x"); ok || stale || err != nil {
			t.Errorf("%s with another password: ok=%v stale=%v err=%v", v.hash, ok, stale, err)
		}
	}
}

func TestHashAndVerify(t *testing.T) {
	t.Parallel()
	h := hasher(t, cheap, 2, 8)
	for _, password := range []string{"", "correct horse", "käse\x00\xff", strings.Repeat("long", 500)} {
		stored, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		if ok, stale, err := h.Verify(t.Context(), stored, password); !ok || stale || err != nil {
			t.Errorf("%.20q: ok=%v stale=%v err=%v", password, ok, stale, err)
		}
		if ok, _, _ := h.Verify(t.Context(), stored, password+"x"); ok {
			t.Errorf("%.20q: a longer password passes", password)
		}
		dearer := hasher(t, secret.Params{Memory: 128, Time: 1, Threads: 1}, 1, 1)
		if ok, stale, _ := dearer.Verify(t.Context(), stored, password); !ok || !stale {
			t.Errorf("%.20q: a hash with old costs is not called stale", password)
		}
	}
}

func TestUnreadableHashes(t *testing.T) {
	t.Parallel()
	h := hasher(t, cheap, 1, 8)
	const salt, sum = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for _, stored := range []string{
		"", "$", "plain", "$argon2id$", "$argon2d$v=19$m=256,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=256,t=4000000000,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=256,t=2,p=257$" + salt + "$" + sum,
		"$argon2id$v=19$m=256,t=0,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=256,t=2$" + salt + "$" + sum,
		"$argon2id$v=19$t=2,m=256,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "=$" + sum,
		"$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"$2a$05$short",
		"$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"$argon2id$v=19$m=262144,t=5,p=1$" + salt + "$" + sum, // each in bounds, together too dear
		"$scrypt$ln=19,r=8,p=1$" + salt + "$" + sum,
		"$scrypt$ln=15,r=8,p=64$" + salt + "$" + sum,
		"$scrypt$ln=0,r=8,p=1$" + salt + "$" + sum,
		"$scrypt$ln=63,r=8,p=1$" + salt + "$" + sum,
		"$scrypt$ln=4,r=8,p=1$" + salt,
		"$firebase-scrypt$ln=19,r=8$" + salt + "$Bw$" + sum + "$" + sum,
		"$firebase-scrypt$ln=14,r=8$" + salt + "$Bw$" + salt + "$" + sum, // the signer key is as long as the hash
		"$pbkdf2-sha256$i=4000001$" + salt + "$" + sum,
		"$pbkdf2-sha1$i=2000001$" + salt + "$" + sum, // two blocks
		"$pbkdf2-sha256$i=0$" + salt + "$" + sum,
		"$pbkdf2-md5$i=1000$" + salt + "$" + sum,
		"pbkdf2_sha256$1000$$" + sum,
		"pbkdf2_sha256$1000$salt",
		"$1$salt$" + sum,
		strings.Repeat("x", 2000),
	} {
		if ok, _, err := h.Verify(t.Context(), stored, "password"); ok || !errors.Is(err, secret.ErrPasswordHash) {
			t.Errorf("%q: ok=%v err=%v", stored, ok, err)
		}
	}
	if h.Hashes() != 0 {
		t.Errorf("%d hashes were worked on", h.Hashes())
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	for _, v := range foreign {
		f.Add(v.hash)
	}
	h := hasher(f, cheap, 1, 8)
	f.Fuzz(func(t *testing.T, stored string) {
		kind, err := secret.HashKind(stored)
		if (kind == "") != (err != nil) || err != nil && !errors.Is(err, secret.ErrPasswordHash) {
			t.Errorf("%q is %q, %v", stored, kind, err)
		}
		if len(stored) > 400 {
			return // what only costs time finds nothing
		}
		if ok, _, _ := h.Verify(t.Context(), stored, "a password nobody has"); ok {
			t.Errorf("%q accepts any password", stored)
		}
	})
}

func TestBurstWaitsInLine(t *testing.T) {
	t.Parallel()
	const burst = 500
	h := hasher(t, cheap, 2, burst)
	var wg sync.WaitGroup
	for range burst {
		wg.Go(func() {
			if err := h.Decoy(t.Context(), "password"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if h.Hashes() != burst || h.Waiting() != 0 {
		t.Errorf("%d hashes, %d waiting", h.Hashes(), h.Waiting())
	}
}

func TestLineEndsForTheImpatientAndTheTooMany(t *testing.T) {
	t.Parallel()
	// Costs high enough that the first hash still runs while the others arrive.
	h := hasher(t, secret.Params{Memory: 64 * 1024, Time: 16, Threads: 1}, 1, 1)
	first := make(chan error, 1)
	go func() { first <- h.Decoy(context.WithoutCancel(t.Context()), "first") }()
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	for h.Running() == 0 {
		runtime.Gosched()
	}
	go func() { second <- h.Decoy(ctx, "second") }()
	for h.Waiting() == 0 {
		runtime.Gosched()
	}
	if err := h.Decoy(t.Context(), "third"); !errors.Is(err, secret.ErrBusy) {
		t.Errorf("third in a line of one: %v", err)
	}
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v", err)
	}
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
}

func BenchmarkArgon2Bare(b *testing.B) {
	salt := make([]byte, 16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			argon2.IDKey([]byte("password"), salt, 2, 19*1024, 1, 32)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h := hasher(b, secret.DefaultParams, runtime.GOMAXPROCS(0), 1024)
	stored, err := h.Hash(b.Context(), "password")
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if ok, _, err := h.Verify(b.Context(), stored, "password"); !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
	})
}

package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/argon2"
)

// limits are what this machine does at most, a second, with all of its cores.
type limits struct {
	es256, rs256, argon2id, http float64

	hash time.Duration // processor time of one password hash
}

// cpuLimits measures the work that no server can avoid.
func (b *bench) cpuLimits(ctx context.Context) (limits, error) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return limits{}, err
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return limits{}, err
	}
	digest := sha256.Sum256([]byte("the bytes that a token's signature covers"))
	salt := make([]byte, 16)
	var l limits
	for _, m := range []struct {
		into *float64
		do   func() error
	}{
		{&l.es256, func() error { _, err := ecdsa.SignASN1(rand.Reader, ec, digest[:]); return err }},
		{&l.rs256, func() error { _, err := rsa.SignPKCS1v15(nil, rs, crypto.SHA256, digest[:]); return err }},
		// The parameters of our password hashes: 19 MiB, two passes, one lane.
		{&l.argon2id, func() error { argon2.IDKey([]byte("password"), salt, 2, 19<<10, 1, 32); return nil }},
	} {
		cores := *b
		cores.concurrency = runtime.NumCPU()
		if *m.into, err = cores.rate(ctx, func(context.Context, int) error { return m.do() }); err != nil {
			return limits{}, err
		}
	}
	if l.http, err = b.httpLimit(ctx); err != nil {
		return limits{}, err
	}
	l.hash, err = b.hashTime(ctx, salt)
	return l, err
}

// hashTime is the processor time of a bare password hash, with all cores at it: what a
// sign-in's own is compared with. Unlike a rate it does not depend on what else the
// machine does.
func (b *bench) hashTime(ctx context.Context, salt []byte) (time.Duration, error) {
	cores := *b
	cores.concurrency = runtime.NumCPU()
	var hashes atomic.Int64
	before := ownTime()
	_, err := cores.rate(ctx, func(context.Context, int) error {
		argon2.IDKey([]byte("password"), salt, 2, 19<<10, 1, 32)
		hashes.Add(1)
		return nil
	})
	return (ownTime() - before) / time.Duration(max(1, hashes.Load())), err
}

// ownTime is the processor time that this process has used so far.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// httpLimit measures net/http answering a token's worth of JSON that was made
// once, with the client in the same process as the server.
func (b *bench) httpLimit(ctx context.Context) (float64, error) {
	body := make([]byte, 1200)
	for i := range body {
		body[i] = ' '
	}
	copy(body, "{")
	body[len(body)-1] = '}'
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	})}
	go func() { _ = s.Serve(listener) }()
	defer s.Close()
	client := &http.Client{Transport: transport(b.concurrency)}
	address := "http://" + listener.Addr().String()
	return b.rate(ctx, func(ctx context.Context, _ int) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	})
}

// rate runs something for a shorter time, or a longer one if it is that slow,
// and returns how often a second it went.
func (b *bench) rate(ctx context.Context, do func(context.Context, int) error) (float64, error) {
	nothing := func() error { return nil }
	for divisor := 2.0; ; divisor /= 4 {
		window := *b
		window.measured, window.warmUp = time.Duration(float64(b.measured)/divisor), b.warmUp/4
		times, elapsed, err := window.loop(ctx, do, nothing, nothing)
		if errors.Is(err, errNothing) && divisor > .1 {
			continue
		}
		return float64(len(times)) / elapsed.Seconds(), err
	}
}

func (l limits) print(w io.Writer) {
	fmt.Fprintf(w, "This machine, %d cores, a second: ES256 signatures %.0f, RS256-2048 signatures %.0f, Argon2id (19 MiB, 2 passes) %.0f, net/http answers %.0f\n\n",
		runtime.NumCPU(), l.es256, l.rs256, l.argon2id, l.http)
}

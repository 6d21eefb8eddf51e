package outbound

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func build(t *testing.T, c *Client) *http.Client {
	t.Helper()
	hc, err := c.HTTP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdleConnections)
	return hc
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestLoopbackIsRefusedUnlessAllowed(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	port := s.Listener.Addr().(*net.TCPAddr).Port
	for _, u := range []string{s.URL, fmt.Sprintf("http://localhost:%d", port), fmt.Sprintf("http://[::ffff:127.0.0.1]:%d", port), fmt.Sprintf("http://0.0.0.0:%d", port)} {
		if _, err := build(t, &Client{}).Get(u); !errors.Is(err, ErrForbiddenAddress) {
			t.Errorf("%s: got %v, want ErrForbiddenAddress", u, err)
		}
	}
	for _, c := range []*Client{{Loopback: true}, {Allow: []string{"127.0.0.0/8"}}, {Allow: []string{"127.0.0.1"}}} {
		res, err := build(t, c).Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	res, err := build(t, &Client{Allow: []string{"localhost"}}).Get(fmt.Sprintf("http://localhost:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
}

// TestRebinding runs a name server that answers a public address first and the
// loopback address ever after, which defeats any check made before dialling.
func TestRebinding(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	s := serve(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	var asked atomic.Int32
	resolver := rebindingServer(t, &asked)
	g := &guard{resolver: resolver}
	port := s.Listener.Addr().(*net.TCPAddr).Port
	ips, err := resolver.LookupIP(t.Context(), "ip4", "rebind.example")
	if err != nil || ips[0].String() != "93.184.216.34" {
		t.Fatalf("first look-up: %v, %v", ips, err)
	}
	_, err = g.dial(t.Context(), "tcp4", fmt.Sprintf("rebind.example:%d", port))
	if !errors.Is(err, ErrForbiddenAddress) {
		t.Fatalf("got %v, want ErrForbiddenAddress", err)
	}
	if reached.Load() || asked.Load() < 2 {
		t.Fatalf("reached=%v after %d look-ups", reached.Load(), asked.Load())
	}
}

// rebindingServer is a name server for A records only.
func rebindingServer(t *testing.T, asked *atomic.Int32) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			q := buf[:n]
			end := 12
			for q[end] != 0 {
				end += int(q[end]) + 1
			}
			end += 5
			answer := append([]byte{}, q[:2]...)
			answer = append(answer, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0)
			answer = append(answer, q[12:end]...)
			answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			ip := net.IPv4(127, 0, 0, 1)
			if binary.BigEndian.Uint16(q[end-4:]) == 1 && asked.Add(1) == 1 {
				ip = net.IPv4(93, 184, 216, 34)
			}
			answer = append(answer, ip.To4()...)
			if _, err := pc.WriteTo(answer, from); err != nil {
				return
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp4", pc.LocalAddr().String())
	}}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var other atomic.Int32
	target := serve(t, func(http.ResponseWriter, *http.Request) { other.Add(1) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/post":
			http.Redirect(w, r, target.URL, http.StatusTemporaryRedirect)
		}
	})
	c := build(t, &Client{Loopback: true})
	for path, want := range map[string]error{"/loop": ErrTooManyRedirects, "/inside": ErrForbiddenAddress, "/file": ErrScheme} {
		if _, err := c.Get(s.URL + path); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
	res, err := c.PostForm(s.URL+"/post", url.Values{"client_secret": {"hidden"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusTemporaryRedirect || other.Load() != 0 {
		t.Errorf("a posted body was carried to a second address (status %d)", res.StatusCode)
	}
}

func TestDowngradeIsRefused(t *testing.T) {
	t.Parallel()
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	tls := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	t.Cleanup(tls.Close)
	roots, err := RootCAs(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tls.Certificate().Raw}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := build(t, &Client{Loopback: true, ExtraCA: roots}).Get(tls.URL); !errors.Is(err, ErrScheme) {
		t.Errorf("got %v, want ErrScheme", err)
	}
	var unknown x509.UnknownAuthorityError
	if _, err := build(t, &Client{Loopback: true}).Get(tls.URL); !errors.As(err, &unknown) {
		t.Errorf("without the extra CA: got %v, want an unknown authority", err)
	}
	if _, err := RootCAs([]byte("no certificate")); err == nil {
		t.Error("text without a certificate accepted")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/exact":
			fmt.Fprint(w, strings.Repeat("x", 1000))
		case "/declared":
			fmt.Fprint(w, strings.Repeat("x", 1001))
		case "/streamed":
			w.(http.Flusher).Flush()
			fmt.Fprint(w, strings.Repeat("x", 5000))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			fmt.Fprint(z, strings.Repeat("0", 1<<20))
		case "/slow":
			<-r.Context().Done()
		}
	})
	c := build(t, &Client{Loopback: true, MaxBytes: 1000})
	for path, want := range map[string]error{"/exact": nil, "/declared": ErrTooLarge, "/streamed": ErrTooLarge, "/bomb": ErrTooLarge} {
		res, err := c.Get(s.URL + path)
		if err == nil {
			var body []byte
			body, err = io.ReadAll(res.Body)
			res.Body.Close()
			if len(body) > 1000 {
				t.Errorf("%s: %d bytes came through", path, len(body))
			}
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
	var timeout net.Error
	if _, err := build(t, &Client{Loopback: true, Timeout: 50 * time.Millisecond}).Get(s.URL + "/slow"); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("slow upstream: got %v, want a time-out", err)
	}
}

func TestProxyEnvironmentIsIgnored(t *testing.T) {
	var asked atomic.Bool
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { asked.Store(true) })
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	if _, err := build(t, &Client{}).Get("http://10.9.8.7/"); !errors.Is(err, ErrForbiddenAddress) {
		t.Errorf("got %v, want ErrForbiddenAddress", err)
	}
	if asked.Load() {
		t.Error("the proxy was asked")
	}
}

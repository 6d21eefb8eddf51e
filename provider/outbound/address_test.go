package outbound

import (
	"errors"
	"testing"
)

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	public := []string{"93.184.216.34", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.3.1",
		"198.20.0.1", "223.255.255.254", "2606:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"}
	refused := []string{"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.9.10",
		"169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
		"198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::808:808", "100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1",
		"5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"}
	g := &guard{}
	for _, a := range public {
		if err := g.check(join(a), false); err != nil {
			t.Errorf("%s refused: %v", a, err)
		}
		if err := g.check(join(a), true); !errors.Is(err, ErrPlainHTTP) {
			t.Errorf("%s without TLS: got %v, want ErrPlainHTTP", a, err)
		}
	}
	for _, a := range refused {
		if err := g.check(join(a), false); !errors.Is(err, ErrForbiddenAddress) {
			t.Errorf("%s: got %v, want ErrForbiddenAddress", a, err)
		}
	}
}

func join(a string) string {
	for _, c := range a {
		if c == ':' {
			return "[" + a + "]:443"
		}
	}
	return a + ":443"
}

func TestAllowList(t *testing.T) {
	t.Parallel()
	l, err := parseAllow([]string{"10.1.0.0/16", "192.168.7.7", "fd00::/8", "idp.corp.example.", "::ffff:172.16.0.9"})
	if err != nil {
		t.Fatal(err)
	}
	g := &guard{allow: l}
	for a, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "64:ff9b::a01:203": true, "10.2.0.1": false, "192.168.7.7": true,
		"192.168.7.8": false, "fd12::1": true, "172.16.0.9": true, "127.0.0.1": false,
	} {
		// What is allow-listed may also be reached without TLS.
		if got := g.check(join(a), true) == nil; got != want {
			t.Errorf("%s: allowed %v, want %v", a, got, want)
		}
	}
	for h, want := range map[string]bool{"idp.corp.example": true, "IDP.corp.example": true, "x.idp.corp.example": false, "corp.example": false} {
		if got := l.host(h); got != want {
			t.Errorf("host %s: allowed %v, want %v", h, got, want)
		}
	}
	for _, bad := range []string{"", "10.0.0.0/40", "https://idp.example", "idp.example:8443", "*.example", "a..b", "-a.example", "10.0.0", "0x7f.1", "idp example", "/"} {
		if _, err := parseAllow([]string{bad}); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}

func TestLoopbackSwitch(t *testing.T) {
	t.Parallel()
	g := &guard{loopback: true}
	for _, a := range []string{"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"} {
		if err := g.check(join(a), true); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	if err := g.check(join("10.0.0.1"), false); !errors.Is(err, ErrForbiddenAddress) {
		t.Errorf("loopback opened a private network: %v", err)
	}
}

func FuzzAllowList(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "::1", "idp.example", "::ffff:1.2.3.4/120", "fe80::1%eth0"} {
		f.Add(s, "127.0.0.1:80")
	}
	f.Fuzz(func(t *testing.T, entry, address string) {
		l, err := parseAllow([]string{entry})
		if err != nil {
			return
		}
		_ = (&guard{allow: l}).check(address, true)
	})
}

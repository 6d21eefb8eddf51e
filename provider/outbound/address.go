package outbound

import (
	"fmt"
	"net/netip"
	"strings"
)

// special holds the address blocks of the IANA special-purpose registries that
// no fetch may reach (RFC 6890 and its updates), beside what netip knows. IPv6
// outside 2000::/3 is refused as a whole, so its blocks are few.
var special = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // carrier-grade NAT, RFC 6598
	netip.MustParsePrefix("192.0.0.0/24"),    // IETF protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarking
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, and broadcast
	netip.MustParsePrefix("2001::/23"),       // Teredo, ORCHID and kin
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4: a private IPv4 may hide in it
	netip.MustParsePrefix("3fff::/20"),       // documentation
}

var (
	globalUnicast = netip.MustParsePrefix("2000::/3")
	nat64         = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
)

// plainAddress returns the address that traffic really goes to: IPv4 in IPv6
// clothes (mapped, or the well-known NAT64 prefix) is judged as IPv4.
func plainAddress(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if nat64.Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}

// public reports whether a is an address of the open internet.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// check judges "address:port" as the dialer is about to connect to it.
func (g *guard) check(address string, plain bool) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %q: %w", address, ErrForbiddenAddress)
	}
	a := plainAddress(ap.Addr())
	switch {
	case g.allow.address(a), g.loopback && a.IsLoopback():
		return nil
	case !public(a):
		return fmt.Errorf("dial %s: %w", a, ErrForbiddenAddress)
	case plain:
		return fmt.Errorf("dial %s: %w", a, ErrPlainHTTP)
	}
	return nil
}

// allowList is Client.Allow, read.
type allowList struct {
	prefixes []netip.Prefix
	hosts    map[string]bool
}

// parseAllow reads CIDR prefixes, addresses and exact host names.
func parseAllow(entries []string) (allowList, error) {
	l := allowList{hosts: map[string]bool{}}
	for _, e := range entries {
		switch {
		case strings.Contains(e, "/"):
			p, err := netip.ParsePrefix(e)
			if err != nil {
				return l, fmt.Errorf("outbound allow-list: %q is no CIDR prefix; write 10.0.0.0/8 or fd00::/8", e)
			}
			l.prefixes = append(l.prefixes, p.Masked())
		case isAddress(e):
			a := netip.MustParseAddr(e).Unmap()
			l.prefixes = append(l.prefixes, netip.PrefixFrom(a, a.BitLen()))
		case isHostName(e):
			l.hosts[canonicalHost(e)] = true
		default:
			return l, fmt.Errorf("outbound allow-list: %q is no address, CIDR prefix or host name; leave scheme, port and path away", e)
		}
	}
	return l, nil
}

func (l allowList) host(h string) bool { return l.hosts[canonicalHost(h)] }

func (l allowList) address(a netip.Addr) bool {
	for _, p := range l.prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func canonicalHost(h string) string { return strings.ToLower(strings.TrimSuffix(h, ".")) }

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// isHostName holds s to RFC 1123 labels. A last label of digits alone would be
// read as an IPv4 address in another notation, so it is refused.
func isHostName(s string) bool {
	s = canonicalHost(s)
	if s == "" || len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		if strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

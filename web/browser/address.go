package browser

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose X-Forwarded-For is believed. With none, the
// address is the connection's own.
type Proxies []netip.Prefix

// Address returns the address that a request came from: the last one in
// X-Forwarded-For that no trusted proxy has, since everything left of it was
// written by somebody else. It is "" when the connection has no IP address.
func (p Proxies) Address(r *http.Request) string {
	connection, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	from := connection.Addr().Unmap().WithZone("")
	if !p.trust(from) {
		return from.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		from = hop.Unmap().WithZone("")
		if !p.trust(from) {
			break
		}
	}
	return from.String()
}

func (p Proxies) trust(a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

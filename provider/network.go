package provider

import "net/netip"

// Network is the actor's address as limits count it: IPv6 by the /64 that one
// subscriber holds. It is empty when the address is unknown.
func (a Actor) Network() string {
	address, err := netip.ParseAddr(a.Address)
	if err != nil {
		return ""
	}
	address = address.Unmap().WithZone("")
	if address.Is6() {
		if p, err := address.Prefix(64); err == nil {
			return p.String()
		}
	}
	return address.String()
}

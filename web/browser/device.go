package browser

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxDevices is how many people of one pool a browser can be remembered for.
const maxDevices = 5

// Devices returns what the browser keeps of devices in a pool: a token for each
// person who signed in here, the last one first.
func (c Cookies) Devices(r *http.Request, pool string) []string {
	var out []string
	for t := range strings.SplitSeq(c.read(r, c.name(pool, "device")), ".") {
		if t = token(t); t != "" && len(out) < maxDevices {
			out = append(out, t)
		}
	}
	return out
}

// KeepDevice has the browser keep a token for as long as life, in the place of was.
// Those of other people stay.
func (c Cookies) KeepDevice(w http.ResponseWriter, r *http.Request, pool, was, token string, life time.Duration) {
	others := slices.DeleteFunc(c.Devices(r, pool), func(t string) bool { return t == was || t == token })
	kept := append([]string{token}, others[:min(len(others), maxDevices-1)]...)
	c.setFor(w, c.name(pool, "device"), strings.Join(kept, "."), life)
}

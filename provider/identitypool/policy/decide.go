package policy

import (
	"maps"
	"net/netip"
	"time"

	"github.com/cedar-policy/cedar-go"
)

// A Request asks whether an identity may do one thing now.
type Request struct {
	Principal string // the identity's id, a credential's `sub`
	Action    cedar.EntityUID
	Resource  cedar.EntityUID
	Time      time.Time       // context.time, a datetime; left out if zero
	Source    netip.Addr      // context.source_ip, an ipaddr; left out if not valid
	Context   cedar.RecordMap // what else the resource server tells; time and source_ip win over it
}

// Decide answers a request. Entities describe the resource (and the principal,
// where the document is a role's own text and not a sealed one); nil is none.
// What no policy permits is denied, and a forbid wins over every permit. A
// policy that fails on this request counts as absent, as Cedar defines it.
func (d *Document) Decide(r Request, entities cedar.EntityGetter) bool {
	context := make(cedar.RecordMap, len(r.Context)+2)
	maps.Copy(context, r.Context)
	if !r.Time.IsZero() {
		context["time"] = cedar.NewDatetime(r.Time)
	}
	if r.Source.IsValid() {
		source := r.Source.Unmap().WithZone("")
		context["source_ip"] = cedar.IPAddr(netip.PrefixFrom(source, source.BitLen()))
	}
	decision, _ := cedar.Authorize(d.policies, overlay{d.known, entities}, cedar.Request{
		Principal: IdentityUID(r.Principal),
		Action:    r.Action,
		Resource:  r.Resource,
		Context:   cedar.NewRecord(context),
	})
	return decision == cedar.Allow
}

// An overlay looks an entity up in the sealed policy first: that one is signed.
type overlay struct {
	known cedar.EntityMap
	rest  cedar.EntityGetter
}

func (o overlay) Get(uid cedar.EntityUID) (cedar.Entity, bool) {
	if e, ok := o.known[uid]; ok || o.rest == nil {
		return e, ok
	}
	return o.rest.Get(uid)
}

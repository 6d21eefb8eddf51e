package account

import (
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/web/page"
)

// event tells of an entry of the trail, as its user may know it. What an operator's
// address and browser are is not theirs to know.
func event(e *provider.Event) page.AccountEvent {
	out := page.AccountEvent{
		Action: strings.ReplaceAll(e.Action, ".", "_"), Failed: e.Outcome != audit.Success, At: page.Moment{At: e.At}, Operator: e.ActorKind == "operator",
	}
	if !out.Operator {
		out.Agent, out.Address = provider.AgentOf(e.UserAgent), e.Address
	}
	if e.Action == directory.UserSignOut && e.Detail["kept"] != "" { // it was not everywhere
		out.Action += "_others"
	}
	if !strings.HasPrefix(e.Action, "signin.") {
		return out
	}
	for _, method := range strings.Fields(e.Detail["amr"]) {
		if way := ways[method]; way != "" && !slices.Contains(out.Ways, way) {
			out.Ways = append(out.Ways, way)
		}
	}
	if e.Detail["spared_by"] != "" {
		out.Ways = append(out.Ways, "device")
	}
	out.Provider = e.Detail["provider"]
	return out
}

// ways are the methods of RFC 8176 in the words that the page has.
var ways = map[string]string{"pwd": "pwd", "otp": "otp", "sms": "otp", "hwk": "key", "swk": "key", "pop": "key", "fed": "fed"}

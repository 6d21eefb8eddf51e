package audit_test

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Nobody escapes the trail by a header that the database would refuse, and
// nobody's sign-in fails because their browser's name is long.
func TestAnyUserAgentIsRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		log := &audit.Log{Store: st}
		for _, agent := range []string{"\xff\xfe", "nul\x00", "x" + strings.Repeat("é", 300)} {
			ctx := provider.WithActor(t.Context(), provider.Actor{UserAgent: agent})
			if err := log.Record(ctx, "us-east-1_trail0000", "signin.failure", audit.Failure, "", nil); err != nil {
				t.Errorf("%q: %v", agent, err)
			}
		}
		events, err := st.Events(t.Context(), "us-east-1_trail0000", "", "", 10)
		if err != nil || len(events) != 3 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		if got := events[0].UserAgent; got != "x"+strings.Repeat("é", 199) {
			t.Errorf("the long one is %q", got)
		}
	})
}

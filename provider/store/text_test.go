package store_test

import (
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// PostgreSQL refuses to be asked for text that is not UTF-8 or holds NUL. That is
// the asker's mistake and no failure of ours.
func TestTextThatNoDatabaseHolds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		for _, odd := range []string{"a\x00b", "\xff", "\xed\xa0\x80"} {
			_, err := st.Pool("us-east-1_text00000").AccessKey(t.Context(), odd)
			if code := provider.CodeOf(err); code != provider.CodeInvalid && code != provider.CodeNotFound {
				t.Errorf("%q: %v", odd, err)
			}
			_, err = st.IdentityPool(odd).SealedPolicy(t.Context(), odd)
			if code := provider.CodeOf(err); code != provider.CodeInvalid && code != provider.CodeNotFound {
				t.Errorf("%q: %v", odd, err)
			}
		}
	})
}

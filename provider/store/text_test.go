package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

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

// A job whose error quotes such text is given back all the same.
func TestAnyErrorGivesAJobBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		if err := st.All().Enqueue(ctx, provider.Job{PoolID: "p", Kind: "odd", DedupeKey: "1"}); err != nil {
			t.Fatal(err)
		}
		jobs, err := st.All().LeaseJobs(ctx, "me", []string{"odd"}, 1, time.Hour)
		if err != nil || len(jobs) != 1 {
			t.Fatal(jobs, err)
		}
		cause := errors.New("\xff\x00x" + strings.Repeat("é", 400))
		if err := st.All().FailJob(ctx, "me", jobs[0].ID, cause, st.Now().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if jobs, err = st.All().LeaseJobs(ctx, "you", []string{"odd"}, 1, time.Hour); err != nil || len(jobs) != 1 {
			t.Fatal(jobs, err)
		}
	})
}

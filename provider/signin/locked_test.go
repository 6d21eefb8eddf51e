package signin_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/templates"
)

// Who is locked out is told once, off the request's path. For a name that nobody has,
// the same is done, and nobody is mailed.
func TestALockOutIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t, ctx := w.t, w.t.Context()
		letters, err := message.OpenLetters(templates.FS)
		if err != nil {
			t.Fatal(err)
		}
		d := directory.New(directory.Config{
			Store: w.st, Audit: w.flow.Audit, Sealer: w.flow.Sealer, Hasher: w.flow.Hasher, Region: "us-east-1", Guard: w.flow.Guard,
			Post: &message.Post{Letters: letters, Outbox: &message.Outbox{Store: w.st, Sealer: w.flow.Sealer,
				Senders: map[provider.Channel]message.Sender{provider.ByEmail: &message.Mailbox{Store: w.st}}}},
		})
		w.flow.Directory = d
		w.change(func(u *provider.User) { u.Attributes["email"] = "mika@example.com" })
		run := func(kind string, do func(context.Context, provider.Job) error) int {
			t.Helper()
			jobs, err := w.st.All().LeaseJobs(ctx, "test", []string{kind}, 100, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				for range 2 { // a job may run again after a crash
					if err := do(ctx, j); err != nil {
						t.Fatal(err)
					}
				}
				if err := w.st.All().FinishJob(ctx, "test", j.ID); err != nil {
					t.Fatal(err)
				}
			}
			return len(jobs)
		}
		mailed := func() []provider.Message {
			t.Helper()
			run(directory.JobLocked, d.SendLocked)
			run(message.JobKind, d.Post.Outbox.Deliver)
			kept, err := w.st.All().KeptMessages(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return kept
		}
		fail := func(name string) storetest.Counts {
			return storetest.Count(t, w.st, func() { _, _, _ = w.try(name, "wrong") })
		}
		var last [2]storetest.Counts
		for i, name := range []string{"nobody", "mika"} {
			for range 4 {
				fail(name)
			}
			if n := run(directory.JobLocked, d.SendLocked); n != 0 {
				t.Errorf("%s: told before there is a wait", name)
			}
			if last[i] = fail(name); len(mailed()) != i {
				t.Errorf("%s: mailed %+v", name, mailed())
			}
		}
		if a, b := last[0], last[1]; a.Reads != b.Reads || a.Writes != b.Writes || a.Commits != b.Commits {
			t.Errorf("the work tells who exists: %s\nand %s", a, b)
		}
		notice := mailed()[0]
		if notice.To != "mika@example.com" || !strings.Contains(notice.Text, "203.0.113.7") {
			t.Errorf("mailed %+v", notice)
		}
		for range 4 { // as soon as the wait is over, again and again
			w.clock.advance(time.Minute)
			fail("mika")
		}
		if n := len(mailed()); n != 1 {
			t.Errorf("told %d times of one lock-out", n)
		}
		w.clock.advance(2 * time.Hour) // all is forgotten
		for range 5 {
			fail("mika")
		}
		if n := len(mailed()); n != 2 {
			t.Errorf("told %d times of two lock-outs", n)
		}
	})
}

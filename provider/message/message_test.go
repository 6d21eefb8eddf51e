package message_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/templates"
)

func TestInvitationReachesTheMailbox(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
		if err != nil {
			t.Fatal(err)
		}
		out := &message.Outbox{Store: st, Sealer: sealer}
		if err := out.Ready(provider.ByEmail); provider.CodeOf(err) != provider.CodeInvalid {
			t.Fatalf("an outbox without a sender says %v", err)
		}
		out.Senders = map[provider.Channel]message.Sender{provider.ByEmail: &message.Mailbox{Store: st}}
		pool := &provider.Pool{ID: "us-east-1_AAAAAAAAA", Name: "People"}
		letters, err := message.OpenLetters(templates.FS)
		if err != nil {
			t.Fatal(err)
		}
		m, err := letters.Write(message.Letter{Pool: pool, Kind: message.Invitation, To: "a@example.com", Username: "ann", Code: "Temp-123456"})
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Put(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		jobs, err := st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 10, time.Minute)
		if err != nil || len(jobs) != 1 {
			t.Fatalf("%d jobs, %v", len(jobs), err)
		}
		if bytes.Contains(jobs[0].Payload, []byte("Temp-123456")) {
			t.Fatal("the temporary password lies open in the jobs table")
		}
		for range 2 { // delivered twice, as after a crash between sending and recording
			if err := out.Deliver(t.Context(), jobs[0]); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := st.All().KeptMessages(t.Context())
		if err != nil || len(kept) != 1 || kept[0].Code != "Temp-123456" || kept[0].To != "a@example.com" {
			t.Fatalf("%+v %v", kept, err)
		}
	})
}

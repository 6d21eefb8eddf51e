package hosted_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
)

// riddle asks one question, twice at most.
type riddle struct{}

func (riddle) Next(_ context.Context, so signin.CustomSession) (signin.CustomDecision, error) {
	last := so.History[len(so.History)-1]
	switch {
	case len(so.History) > 1 && last.Result:
		return signin.CustomDecision{Done: true}, nil
	case len(so.History) > 2:
		return signin.CustomDecision{Failed: true}, nil
	}
	return signin.CustomDecision{Question: signin.CustomQuestion{Public: map[string]string{"question": "<Speak>, friend & enter"}}}, nil
}

func (riddle) Right(_ context.Context, _ signin.CustomSession, _ signin.CustomQuestion, answer string) (bool, error) {
	return answer == "mellon and more", nil
}

func TestAQuestionOfThePoolsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.door.Flow.Challenger = riddle{}
		err := w.st.Pool(poolID).ChangeClient(t.Context(), "app", func(c *provider.Client) error {
			c.Settings.ExplicitAuthFlows = []string{"ALLOW_CUSTOM_AUTH"}
			return nil
		})
		must(t, err)
		v := w.visit().signIn("app").onward().want(200, "&lt;Speak&gt;, friend &amp; enter")
		v.submit("answer", "").want(400, "Enter an answer.")
		v.submit("answer", "friend").want(303, "/challenge?").onward().want(200, "That was not right.")
		v.submit("answer", "mellon and more").want(303, callback+"?code=")

		v = w.visit().signIn("app").onward().submit("answer", "friend").onward().submit("answer", "foe").want(403, "this sign-in has ended")
		if v.flow() != "" {
			t.Error("there is still something to answer")
		}
		w.visit().signIn("third").want(303, "/consent?") // a client without
	})
}

// broken asks nothing: it cannot be reached, or has made up its mind.
type broken struct {
	riddle
	err error
}

func (b *broken) Next(context.Context, signin.CustomSession) (signin.CustomDecision, error) {
	return signin.CustomDecision{Failed: true}, b.err
}

// What goes wrong right after the password is told as what it is, and nobody is shut
// out by it: the same form works once more, or a new sign-in.
func TestQuestionsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		err := w.st.Pool(poolID).ChangeClient(t.Context(), "app", func(c *provider.Client) error {
			c.Settings.ExplicitAuthFlows = []string{"ALLOW_CUSTOM_AUTH"}
			return nil
		})
		must(t, err)
		v := w.visit().get("/login?authorization=" + w.authorization("app", "prompt", "login"))
		form := v.body
		for _, cause := range []error{errors.New("connection refused by 192.0.2.7"), provider.ErrAttemptNotFound, provider.ErrUserNotFound,
			&provider.Error{Code: provider.CodeUpstream, Message: "The shop is closed."}} {
			w.door.Flow.Challenger = &broken{err: cause}
			for range 6 { // more than a wrong password could be given
				v.body = form
				v.submit("username", "mika", "password", rightPassword)
				if v.status == 200 || v.status == 410 || !strings.Contains(v.body, "request-1") || strings.Contains(v.body, "192.0.2.7") {
					t.Fatalf("%v: %d %s", cause, v.status, v.body)
				}
			}
		}
		if !strings.Contains(w.log.String(), "connection refused by 192.0.2.7") {
			t.Error("the log does not say why")
		}
		w.door.Flow.Challenger = riddle{}
		v.body = form
		v.submit("username", "mika", "password", rightPassword).want(303, "flow=")

		w.door.Flow.Challenger = &broken{}
		for range 6 {
			v = w.visit().signIn("app").want(403, "this sign-in has ended")
		}
		w.door.Flow.Challenger = riddle{}
		v.follow("Start again").submit("username", "mika", "password", rightPassword).want(303, "flow=")
	})
}

// A sign-up's link is told the same as its code where the pool's questions end the
// sign-in or cannot be had: the code was right.
func TestQuestionsAfterALink(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) { s.Verification.ByLink = true })
		err := w.st.Pool(poolID).ChangeClient(t.Context(), "app", func(c *provider.Client) error {
			c.Settings.ExplicitAuthFlows = []string{"ALLOW_CUSTOM_AUTH"}
			return nil
		})
		must(t, err)
		for name, c := range map[string]struct {
			cause  error
			status int
			says   string
		}{
			"over": {nil, 403, "this sign-in has ended"},
			"away": {errors.New("connection refused"), 503, "request-1"},
		} {
			w.door.Flow.Challenger = &broken{err: c.cause}
			v := w.visit().begin().follow("Create an account")
			v.submit("username", name, "attr.email", name+"@example.com", "password", newPassword).go303()
			link, err := url.Parse(w.mail(d)[0].Link)
			must(t, err)
			v.submit2(link.Query()).want(c.status, c.says)
			if u, err := d.FindUser(t.Context(), poolID, name); err != nil || u.Status != provider.UserConfirmed {
				t.Errorf("%s: %+v %v", name, u, err)
			}
		}
	})
}

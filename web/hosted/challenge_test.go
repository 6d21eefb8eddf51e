package hosted_test

import (
	"context"
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

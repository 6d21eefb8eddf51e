package hosted

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
)

// challengePage asks the pool's own questions.
func (d *Door) challengePage() stepPage {
	return stepPage{
		step: signin.StepCustom, fields: []string{"answer"},
		read: func(f url.Values) signin.Answer { return signin.Answer{Code: f.Get("answer")} },
		draw: d.drawChallenge,
	}
}

func (d *Door) drawChallenge(b *beside, w http.ResponseWriter, r *http.Request, f url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	v := page.Challenge{
		Chrome: b.chrome(r), Action: b.to(r, "/challenge"), Flow: b.attempt.ID, Question: b.attempt.Question(),
		Problem: secondProblem(why), RetryAfter: retryAfter(why), StartURL: b.start(r),
	}
	switch {
	case errors.Is(why, signin.ErrChallengeFailed):
		v.Flow, v.Problem = "", page.ChallengeFailed
	case why == nil && b.attempt.AnsweredWrong():
		v.Problem = page.SecondWrong
	}
	return d.Pages.Render(w, r, status, v)
}

// questionsAway reports whether the pool's own questions, or what judges their answers,
// cannot be had. Before one was asked that is an error page, which the log explains;
// the form that was sent may be sent again.
func questionsAway(why error) bool {
	var e *provider.Error
	return errors.As(why, &e) && e.Kind == signin.ErrNoQuestions.Kind
}

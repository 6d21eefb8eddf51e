package signin_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
)

// sums asks for two sums, and lets nobody be wrong three times.
type sums struct {
	mu     sync.Mutex
	broken error
	seen   []signin.CustomSession
}

func (s *sums) Next(_ context.Context, so signin.CustomSession) (signin.CustomDecision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, so)
	right, wrong := 0, 0
	for _, r := range so.History[1:] {
		if r.Result {
			right++
		} else {
			wrong++
		}
	}
	switch {
	case s.broken != nil:
		return signin.CustomDecision{}, s.broken
	case right == 2:
		return signin.CustomDecision{Done: true}, nil
	case wrong == 3:
		return signin.CustomDecision{Failed: true}, nil
	}
	a, b := 2+right, 3+wrong
	return signin.CustomDecision{Question: signin.CustomQuestion{
		Public:  map[string]string{"question": fmt.Sprintf("What is %d + %d?", a, b)},
		Private: map[string]string{"sum": strconv.Itoa(a + b)}, Metadata: "SUM",
	}}, nil
}

func (s *sums) Right(_ context.Context, _ signin.CustomSession, asked signin.CustomQuestion, answer string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return asked.Private["sum"] == answer, s.broken
}

// asking opens a browser for a client whose sign-ins hold questions.
func (w *world) asking() (*browser, *signin.Result, error) {
	w.t.Helper()
	b := w.open(&provider.Client{ID: "app", Settings: provider.ClientSettings{ExplicitAuthFlows: []string{"ALLOW_CUSTOM_AUTH"}}})
	r, err := b.answer(signin.Answer{Username: "Mika", Password: rightPassword})
	return b, r, err
}

func TestQuestionsOfThePoolsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		asker := &sums{}
		w.flow.Challenger = asker
		_, r, err := w.try("Mika", rightPassword)
		w.wantIn(r, err, "pwd") // a client without

		b, r, err := w.asking()
		w.wantStep(r, err, signin.StepCustom, "")
		if r.Attempt.Question() != "What is 2 + 3?" || r.Attempt.AnsweredWrong() {
			t.Errorf("%q", r.Attempt.Question())
		}
		for _, given := range []signin.Answer{{}, {Skip: true}, {Choose: provider.FactorTOTP}, {Username: "Mika", Password: rightPassword}} {
			if r, err := b.answer(given); provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("%+v: %+v, %v", given, r, err)
			}
		}
		r, err = b.answer(signin.Answer{Code: "6"})
		w.wantStep(r, err, signin.StepCustom, "")
		if r.Attempt.Question() != "What is 2 + 4?" || !r.Attempt.AnsweredWrong() {
			t.Errorf("%q", r.Attempt.Question())
		}
		r, err = b.answer(signin.Answer{Code: "6"})
		w.wantStep(r, err, signin.StepCustom, "")
		r, err = b.answer(signin.Answer{Code: "7"})
		w.wantIn(r, err, "pwd")
		last := asker.seen[len(asker.seen)-1]
		want := []signin.CustomResult{{Name: "PASSWORD_VERIFIER", Result: true}, {Name: "CUSTOM_CHALLENGE", Metadata: "SUM"},
			{Name: "CUSTOM_CHALLENGE", Result: true, Metadata: "SUM"}, {Name: "CUSTOM_CHALLENGE", Result: true, Metadata: "SUM"}}
		if fmt.Sprint(last.History) != fmt.Sprint(want) || last.ClientID != "app" || last.User.Username != "Mika" {
			t.Errorf("%+v", last)
		}

		// A second factor comes after them.
		w.mfa("OPTIONAL")
		phone := w.enrol()
		b, _, err = w.asking()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.answer(signin.Answer{Code: "5"}); err != nil {
			t.Fatal(err)
		}
		r, err = b.answer(signin.Answer{Code: "6"})
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		r, err = b.answer(signin.Answer{Code: phone.code()})
		w.wantIn(r, err, "pwd", "otp", "mfa")
	})
}

func TestWrongAnswersEndTheAttemptAndAreCounted(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.flow.Challenger = &sums{}
		b, _, _ := w.asking()
		for i := range 3 {
			_, err := b.answer(signin.Answer{Code: "0"})
			if i < 2 && err != nil || i == 2 && !errors.Is(err, signin.ErrChallengeFailed) {
				t.Fatalf("wrong answer %d: %v", i+1, err)
			}
		}
		if _, err := b.answer(signin.Answer{Code: "5"}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("after the end: %v", err)
		}
		// Beginning anew, and being right about the first, clears nothing.
		for range 2 {
			b, _, _ = w.asking()
			if _, err := b.answer(signin.Answer{Code: "5"}); err != nil {
				t.Fatal(err)
			}
			if _, err := b.answer(signin.Answer{Code: "0"}); err != nil {
				t.Fatal(err)
			}
		}
		b, _, _ = w.asking()
		if _, err := b.answer(signin.Answer{Code: "0"}); provider.CodeOf(err) != provider.CodeThrottled {
			t.Errorf("the sixth wrong answer: %v", err)
		}
		w.clock.advance(time.Minute)
		if _, err := b.answer(signin.Answer{Code: "5"}); err != nil {
			t.Fatal(err)
		}
		w.clock.advance(time.Minute)
		r, err := b.answer(signin.Answer{Code: "6"})
		w.wantIn(r, err, "pwd")
	})
}

// Many answers at once to one question are no way around the number of tries: one of
// them counts for the attempt.
func TestOneAnswerToOneQuestion(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.flow.Challenger = &sums{}
		b, _, _ := w.asking()
		var wg sync.WaitGroup
		var mu sync.Mutex
		moved := 0
		start := make(chan struct{})
		for range 4 {
			wg.Go(func() {
				<-start
				_, err := b.answer(signin.Answer{Code: "0"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					moved++
				} else if !errors.Is(err, provider.ErrAttemptNotFound) && !errors.Is(err, signin.ErrChallengeFailed) {
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		a, err := w.flow.Attempt(t.Context(), w.pool, b.attempt, b.binding)
		if errors.Is(err, provider.ErrAttemptNotFound) && moved == 2 {
			return // three came one after the other, and the attempt ended
		}
		if err != nil || a.Question() != fmt.Sprintf("What is 2 + %d?", 3+moved) {
			t.Errorf("%d answers moved the attempt to %q, %v", moved, a.Question(), err)
		}
	})
}

func TestWhenTheQuestionsCannotBeHadNobodyGetsIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		asker := &sums{broken: errors.New("connection refused")}
		w.flow.Challenger = asker
		if _, r, err := w.asking(); provider.CodeOf(err) != provider.CodeUnavailable {
			t.Errorf("%+v, %v", r, err)
		}
		asker.broken = nil
		b, r, err := w.asking()
		w.wantStep(r, err, signin.StepCustom, "")
		asker.broken = errors.New("connection refused")
		for range 8 { // it is no failure of theirs
			if _, err := b.answer(signin.Answer{Code: "5"}); provider.CodeOf(err) != provider.CodeUnavailable {
				t.Fatalf("%v", err)
			}
		}
		asker.broken = nil
		if _, err := b.answer(signin.Answer{Code: "5"}); err != nil {
			t.Fatal(err)
		}
		r, err = b.answer(signin.Answer{Code: "6"})
		w.wantIn(r, err, "pwd")
	})
}

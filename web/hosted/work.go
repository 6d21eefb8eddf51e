package hosted

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// workRoutes takes what a browser worked out before a text is sent to a stranger.
func (d *Door) workRoutes(mux *http.ServeMux) {
	mux.Handle("POST /work", d.guard(d.answerWork))
}

// answerWork takes a solution for the attempt's puzzle. A script sends it while the
// person fills in the page; the form itself needs nothing more.
func (d *Door) answerWork(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "solution")
	if err != nil {
		return err
	}
	b, err := d.beside(w, r, f.Get("flow"))
	if b == nil {
		return err
	}
	if d.Flow.Directory == nil {
		return risk.ErrWorkNeeded
	}
	id := b.attempt.ID
	if err := d.Flow.Directory.Work().Solve(r.Context(), b.pool.ID, id, f.Get("solution"), risk.ForAttempt(id)); err != nil {
		return err
	}
	return respond.Empty(w)
}

// work is the puzzle for a page that may have a text sent; nil where none is needed,
// or any more.
func (d *Door) work(r *http.Request, b *beside) (*page.Work, error) {
	people := d.Flow.Directory
	if people == nil || !people.WantsWork(b.pool) {
		return nil, nil
	}
	id := b.attempt.ID
	solved, err := people.Work().Solved(r.Context(), b.pool.ID, risk.ForAttempt(id))
	if err != nil || solved {
		return nil, err
	}
	p, err := people.Work().Puzzle(b.pool.ID, id)
	return &page.Work{Challenge: p.Challenge, Bits: p.Bits, Action: b.to(r, "/work"), Flow: id}, err
}

// textsFirst reports whether a text is one of the ways in from where an attempt stands.
func textsFirst(a *signin.Attempt) bool {
	return a.Step == signin.StepIdentifier || a.Step == signin.StepFirst
}

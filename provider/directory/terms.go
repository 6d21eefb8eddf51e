package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// JobTerms is the kind of the job that makes users searchable whom an older binary
// has written.
const JobTerms = "user terms"

const (
	termsSetting = "user_terms"
	termsBatch   = 500
	termsWork    = 30 * time.Second // of one job, which is followed by another
	termsPause   = time.Hour        // before the second pass: older binaries may serve until then
)

// termsState is how far the job has come. It goes over everybody twice: nodes that
// still run the older binary while the first pass runs leave users behind it.
type termsState struct {
	Pass  int           `json:"pass"`
	Pool  string        `json:"pool"`
	After string        `json:"after"`
	From  provider.Time `json:"from"` // not before
	Done  bool          `json:"done"`
}

// BeginTerms has users from before the search made searchable, unless that is done.
// Call it when a server starts.
func (d *Directory) BeginTerms(ctx context.Context) error {
	s, err := d.termsState(ctx)
	if err != nil || s.Done {
		return err
	}
	return d.Store.All().Enqueue(ctx, provider.Job{Kind: JobTerms, DedupeKey: "begin", RunAt: s.From})
}

func (d *Directory) termsState(ctx context.Context) (termsState, error) {
	s := termsState{Pass: 1}
	raw, err := d.Store.All().Setting(ctx, termsSetting, func() ([]byte, error) { return json.Marshal(s) })
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("setting %s: %w", termsSetting, err)
	}
	return s, nil
}

func (d *Directory) keepTerms(ctx context.Context, s termsState) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return d.Store.All().SetSetting(ctx, termsSetting, raw)
}

// MendTerms is the handler of JobTerms. Every batch notes how far it came, so that
// whoever goes on after a crash loses one batch at most; doing one twice changes
// nothing.
func (d *Directory) MendTerms(ctx context.Context, j provider.Job) error {
	s, err := d.termsState(ctx)
	if err != nil || s.Done {
		return err
	}
	until := time.Now().Add(termsWork)
	for time.Now().Before(until) && s.From <= d.Store.Now() && !s.Done {
		if err := d.termsStep(ctx, &s); err != nil {
			return err
		}
		if err := d.keepTerms(ctx, s); err != nil {
			return err
		}
	}
	if s.Done {
		return nil
	}
	// The key of the job at hand is taken until it has ended.
	next := map[bool]string{true: "more", false: "begin"}[j.DedupeKey == "begin"]
	return d.Store.All().Enqueue(ctx, provider.Job{Kind: JobTerms, DedupeKey: next, RunAt: s.From})
}

// termsStep looks at one batch, or goes on to the next pool.
func (d *Directory) termsStep(ctx context.Context, s *termsState) error {
	if s.Pool != "" {
		last, _, err := d.Store.Pool(s.Pool).MendTerms(ctx, s.After, termsBatch)
		if err != nil {
			return err
		}
		if s.After = last; last != "" {
			return nil
		}
	}
	pools, err := d.Store.All().Pools(ctx, s.Pool, 1)
	switch {
	case err != nil:
		return err
	case len(pools) > 0:
		s.Pool = pools[0].ID
	case s.Pass == 1:
		*s = termsState{Pass: 2, From: d.Store.Now().Add(termsPause)}
	default:
		s.Done = true
	}
	return nil
}

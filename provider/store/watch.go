package store

import (
	"slices"
	"strings"

	"gorm.io/gorm"
)

// Kind tells reads, writes and commits apart.
type Kind string

// The kinds of statement.
const (
	Read   Kind = "read"
	Write  Kind = "write"
	Commit Kind = "commit"
)

// Statement is one statement as the database saw it, without its values.
type Statement struct {
	SQL  string
	Kind Kind
}

// Watch calls f for each statement from now on, from any goroutine, until stop.
// Metrics and tests count with it.
func (s *Store) Watch(f func(Statement)) (stop func()) {
	p := &f
	s.watchMu.Lock()
	defer s.watchMu.Unlock()
	s.swapWatchers(func(w []*func(Statement)) []*func(Statement) { return append(w, p) })
	return func() {
		s.watchMu.Lock()
		defer s.watchMu.Unlock()
		s.swapWatchers(func(w []*func(Statement)) []*func(Statement) {
			return slices.DeleteFunc(w, func(q *func(Statement)) bool { return q == p })
		})
	}
}

func (s *Store) swapWatchers(change func([]*func(Statement)) []*func(Statement)) {
	var now []*func(Statement)
	if p := s.watchers.Load(); p != nil {
		now = slices.Clone(*p)
	}
	now = change(now)
	s.watchers.Store(&now)
}

func (s *Store) report(st Statement) {
	if p := s.watchers.Load(); p != nil {
		for _, f := range *p {
			(*f)(st)
		}
	}
}

// observe ends every gorm call with its error classified and its statement
// reported.
func (s *Store) observe(db *gorm.DB) error {
	end := func(db *gorm.DB) {
		db.Error = classify(db.Error)
		if sql := db.Statement.SQL.String(); sql != "" && s.watchers.Load() != nil {
			s.report(Statement{SQL: sql, Kind: kindOf(sql)})
		}
	}
	cb := db.Callback()
	for _, err := range []error{
		cb.Create().After("*").Register("store:end", end),
		cb.Query().After("*").Register("store:end", end),
		cb.Update().After("*").Register("store:end", end),
		cb.Delete().After("*").Register("store:end", end),
		cb.Row().After("*").Register("store:end", end),
		cb.Raw().After("*").Register("store:end", end),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func kindOf(sql string) Kind {
	sql = strings.TrimSpace(sql)
	if len(sql) >= 6 && strings.EqualFold(sql[:6], "select") {
		return Read
	}
	return Write
}

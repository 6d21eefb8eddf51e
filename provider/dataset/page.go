package dataset

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
)

// Query asks for a page of a dataset's records.
type Query struct {
	Since   int64  // the revision that the caller has seen; 0 for all
	Next    string // from the page before
	Limit   int    // 1 to MaxRecords; 0 takes that
	Session string // from the page before; may be empty
}

// Page is a part of what changed in a dataset.
type Page struct {
	Records []provider.Record // by revision, tombstones too unless Since was 0
	Next    string            // empty on the last page
	Rev     int64             // the dataset's; what to ask from next time, once the last page is read
	By      string            // who wrote last
	Merged  []string          // datasets of merged identities, waiting to be merged and deleted
	Exists  bool
	// Deleted says that what the caller holds from before Since must go: the
	// dataset was deleted, or removals from then are no longer known. Records then
	// holds all there is.
	Deleted bool
	Session string // for Update
}

// Records answers what changed in a dataset. A dataset that never was is an empty
// page: the first Update makes it.
//
// Errors: CodeInvalid for a bad name, limit, cursor or session; as Update about
// the identity.
func (s *Service) Records(ctx context.Context, who Owner, name string, q Query) (*Page, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if q.Since < 0 {
		return nil, provider.Invalid("LastSyncCount", "A sync count is not negative.")
	}
	limit, err := checkLimit(q.Limit, MaxRecords)
	if err != nil {
		return nil, err
	}
	if q.Session != "" {
		if err := s.checkSession(who, name, q.Session); err != nil {
			return nil, err
		}
	}
	cursor, err := parseCursor(q.Next)
	if err != nil {
		return nil, err
	}
	pool := s.Store.IdentityPool(who.PoolID)
	if err := pool.CheckIdentity(ctx, who.IdentityID, who.Issued); err != nil {
		return nil, err
	}
	// The dataset is read before its records: what is written in between comes
	// twice at worst, and is never missed.
	family, err := pool.DatasetFamily(ctx, who.IdentityID, name)
	if err != nil {
		return nil, err
	}
	page := summary(name, q.Since, family)
	if page.Session, err = s.newSession(who, name); err != nil {
		return nil, err
	}
	if !page.Exists {
		return page, nil
	}
	if q.Next == "" && !page.Deleted {
		cursor.Rev = q.Since
	}
	if err := s.fill(ctx, who, name, page, cursor, limit); err != nil {
		return nil, err
	}
	if q.Since == 0 {
		page.Records = live(page.Records)
	}
	return page, nil
}

// fill reads one record more than fits, to know whether there is another page.
func (s *Service) fill(ctx context.Context, who Owner, name string, page *Page, cursor store.Cursor, limit int) error {
	records, err := s.Store.IdentityPool(who.PoolID).Records(ctx, who.IdentityID, name, cursor, limit+1)
	if err != nil {
		return err
	}
	if len(records) > limit {
		records = records[:limit]
		page.Next = formatCursor(records[limit-1])
	}
	page.Records = records
	return nil
}

func summary(name string, since int64, family []provider.Dataset) *Page {
	page := &Page{}
	for _, d := range family {
		if d.Name == name {
			page.Rev, page.By, page.Exists = d.Rev, d.ModifiedBy, !d.Deleted
			page.Deleted = since > 0 && (since < d.DeletedRev || since < d.HorizonRev)
		} else if !d.Deleted && isIdentity(d.Name[len(name)+1:]) {
			page.Merged = append(page.Merged, d.Name)
		}
	}
	return page
}

// live drops tombstones: a caller that holds nothing has nothing to remove.
func live(records []provider.Record) []provider.Record {
	kept := records[:0]
	for _, r := range records {
		if !r.Deleted {
			kept = append(kept, r)
		}
	}
	return kept
}

func formatCursor(r provider.Record) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(r.Rev, 10) + ":" + r.Key))
}

func parseCursor(next string) (store.Cursor, error) {
	if next == "" {
		return store.Cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(next)
	rev, key, ok := strings.Cut(string(raw), ":")
	n, errRev := strconv.ParseInt(rev, 10, 64)
	if err != nil || errRev != nil || !ok || n < 0 || key == "" || !text(key) {
		return store.Cursor{}, provider.Invalid("NextToken", "The token is not one that a page ended with.")
	}
	return store.Cursor{Rev: n, Key: key}, nil
}

func checkLimit(n, most int) (int, error) {
	if n < 0 || n > most {
		return 0, provider.Invalid("MaxResults", "A page has 1 to %d results.", most)
	}
	if n == 0 {
		return most, nil
	}
	return n, nil
}

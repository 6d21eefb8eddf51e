package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// Every listing of users walks one index from a key onwards (a keyset), so that a
// page costs what it shows, however many users there are and however far it is in.

// ListedUser is a user with the key that the next page goes on behind.
type ListedUser struct {
	provider.User
	Key  string `gorm:"-"`
	Term string `gorm:"column:term"` // what they were found by, folded
}

// UserFilter chooses users. The zero filter chooses all.
type UserFilter struct {
	Attribute string // one of those that users are searched by, or sub, status, enabled
	Prefix    bool   // compare the beginning, not the whole
	Value     string
}

// last stands behind every text that begins with what is before it: no character
// comes after it.
const last = "\U0010FFFF"

// Users lists users: at most limit that come behind the key after, "" for the
// first. All, and those of a state, come in the order they were made; others in the
// order of what they are searched by, where neither case nor width of a letter
// matters.
//
// Errors: provider.CodeInvalid for a key that was not given out.
func (p *Pool) Users(ctx context.Context, f UserFilter, after string, limit int) ([]ListedUser, error) {
	switch f.Attribute {
	case "":
		return p.usersByAge(ctx, after, limit, "", "pool = ?", p.ID)
	case "enabled":
		return p.usersByAge(ctx, after, limit, "", "pool = ? and enabled = ?", p.ID, f.Value == "true")
	case "status":
		return p.usersByStatus(ctx, f, after, limit)
	case "sub":
		return p.usersBySub(ctx, f, after, limit)
	}
	if !slices.Contains(searchable(), f.Attribute) {
		return nil, fmt.Errorf("users cannot be filtered by %q", f.Attribute)
	}
	return p.usersByTerm(ctx, f, after, limit)
}

func errKey() error {
	return provider.Invalid("", "The paging token is not one that was given out.")
}

// usersByAge lists those that where chooses in the order they were made. lead goes
// before their keys.
func (p *Pool) usersByAge(ctx context.Context, after string, limit int, lead, where string, args ...any) ([]ListedUser, error) {
	q := p.s.db(ctx).Table("users").Where(where, args...)
	if after != "" {
		at, id, ok := strings.Cut(after, "/")
		made, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return nil, errKey()
		}
		q = q.Where("(created_at, id) > (?, ?)", made, id)
	}
	var out []ListedUser
	err := q.Order("created_at, id").Limit(limit).Find(&out).Error
	for i := range out {
		out[i].Key = fmt.Sprintf("%s%d/%s", lead, out[i].CreatedAt, out[i].ID)
	}
	return out, translate(err)
}

// usersByStatus goes through the states that fit, one after the other.
func (p *Pool) usersByStatus(ctx context.Context, f UserFilter, after string, limit int) ([]ListedUser, error) {
	begin, rest, _ := strings.Cut(after, ":")
	want := strings.ToUpper(f.Value)
	var out []ListedUser
	for _, s := range []provider.UserStatus{
		provider.UserConfirmed, provider.UserExternalProvider, provider.UserForceChangePassword, provider.UserResetRequired, provider.UserUnconfirmed,
	} {
		status := string(s)
		if status < begin || len(out) == limit || status != want && !(f.Prefix && strings.HasPrefix(status, want)) {
			continue
		}
		behind := ""
		if status == begin {
			behind = rest
		}
		some, err := p.usersByAge(ctx, behind, limit-len(out), status+":", "pool = ? and status = ?", p.ID, status)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// usersBySub lists users by id. The bounds of a prefix have the form of whole ids:
// however a database sorts letters and dashes, ids of one form sort alike.
func (p *Pool) usersBySub(ctx context.Context, f UserFilter, after string, limit int) ([]ListedUser, error) {
	q := p.s.db(ctx).Table("users").Where("pool = ?", p.ID)
	if !f.Prefix {
		q = q.Where("id = ?", f.Value)
	} else {
		const form = "00000000-0000-0000-0000-000000000000"
		begin := strings.ToLower(f.Value)
		if len(begin) > len(form) || strings.Trim(begin, "0123456789abcdef-") != "" {
			return nil, nil
		}
		least := begin + form[len(begin):]
		greatest := begin + strings.ReplaceAll(form[len(begin):], "0", "f")
		q = q.Where("id >= ? and id <= ?", least, greatest)
	}
	if after != "" {
		q = q.Where("id > ?", after)
	}
	var out []ListedUser
	err := q.Order("id").Limit(limit).Find(&out).Error
	for i := range out {
		out[i].Key = out[i].ID
	}
	return out, translate(err)
}

func (p *Pool) usersByTerm(ctx context.Context, f UserFilter, after string, limit int) ([]ListedUser, error) {
	value, id, err := termKey(after)
	if err != nil {
		return nil, err
	}
	terms := p.s.db(ctx).Table("user_terms").Select("value, user_id").Where("pool = ? and attribute = ?", p.ID, f.Attribute)
	if begin := term(f.Value); f.Prefix {
		where, bounds := termRange(begin, value, id)
		terms = terms.Where(where, bounds...)
	} else {
		terms = terms.Where("value = ? and user_id > ?", begin, id)
	}
	// The page is cut before the users are read, else a planner may read them all.
	var out []ListedUser
	err = p.s.db(ctx).Table("(?) as t", terms.Order("value, user_id").Limit(limit)).Select("users.*, t.value as term").
		Joins("join users on users.pool = ? and users.id = t.user_id", p.ID).Order("t.value, t.user_id").Find(&out).Error
	for i := range out {
		out[i].Key = out[i].Term + "/" + out[i].ID
	}
	return out, translate(err)
}

// termKey takes a key apart: what the last user was found by, and their id, which
// has no slash.
func termKey(key string) (value, id string, err error) {
	if key == "" {
		return "", "", nil
	}
	i := strings.LastIndexByte(key, '/')
	if i < 0 {
		return "", "", errKey()
	}
	return key[:i], key[i+1:], nil
}

// match is one of a search's findings.
type match struct {
	Value  string
	UserID string `gorm:"column:user_id"`
}

// SearchUsers lists users who have anything that they are searched by begin with
// text, in the order of that: at most limit that come behind the key after. A user
// is there once, by the first of it.
//
// Errors: provider.CodeInvalid for a key that was not given out.
func (p *Pool) SearchUsers(ctx context.Context, text, after string, limit int) ([]ListedUser, error) {
	value, id, err := termKey(after)
	if err != nil {
		return nil, err
	}
	begin := beginnings(text)
	var out []ListedUser
	for len(out) < limit {
		found, err := p.matches(ctx, begin, value, id, limit)
		if err != nil || len(found) == 0 {
			return out, err
		}
		users, err := p.usersOf(ctx, found)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			value, id = m.Value, m.UserID
			u, ok := users[id]
			if !ok || first(termsOf(&u), begin) != value || len(out) == limit || len(out) > 0 && out[len(out)-1].ID == id {
				continue // gone, or listed by something that comes before
			}
			out = append(out, ListedUser{User: u, Term: value, Key: value + "/" + id})
		}
		if len(found) < limit {
			break
		}
	}
	return out, nil
}

// beginnings is what each attribute has to begin with. Numbers are kept in
// international form, whatever the search looks like.
func beginnings(text string) map[string]string {
	out := map[string]string{}
	for _, name := range searchable() {
		out[name] = term(text)
	}
	digits := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
	delete(out, "phone_number")
	if digits != "" && strings.Trim(text, "+ -()./0123456789") == "" {
		out["phone_number"] = "+" + digits
	}
	return out
}

// first is the first of a user's terms, by value, that begins as it should.
func first(terms, begin map[string]string) string {
	out := ""
	for name, prefix := range begin {
		if t := terms[name]; t != "" && strings.HasPrefix(t, prefix) && (out == "" || t < out) {
			out = t
		}
	}
	return out
}

// termRange chooses the values that begin with prefix and come behind value and id.
// It names one lower bound: with two, planners may take the worse one.
func termRange(prefix, value, id string) (string, []any) {
	if value < prefix {
		return "value >= ? and value < ?", []any{prefix, prefix + last}
	}
	return "(value, user_id) > (?, ?) and value < ?", []any{value, id, prefix + last}
}

// matches reads each attribute's range in its order and merges them: databases do
// that without reading on.
func (p *Pool) matches(ctx context.Context, begin map[string]string, value, id string, limit int) ([]match, error) {
	var sql []string
	var args []any
	for i, name := range searchable() {
		prefix, ok := begin[name]
		if !ok {
			continue
		}
		where, bounds := termRange(prefix, value, id)
		sql = append(sql, fmt.Sprintf("select * from (select value, user_id from user_terms where pool = ? and attribute = ? and %s order by value, user_id limit ?) as t%d", where, i))
		args = append(append(append(args, p.ID, name), bounds...), limit)
	}
	var out []match
	err := p.s.db(ctx).Raw(strings.Join(sql, " union all ")+" order by value, user_id limit ?", append(args, limit)...).Scan(&out).Error
	return out, translate(err)
}

func (p *Pool) usersOf(ctx context.Context, found []match) (map[string]provider.User, error) {
	ids := make([]string, len(found))
	for i, m := range found {
		ids[i] = m.UserID
	}
	var rows []provider.User
	err := p.s.db(ctx).Where("pool = ? and id in ?", p.ID, slices.Compact(slices.Sorted(slices.Values(ids)))).Find(&rows).Error
	out := map[string]provider.User{}
	for _, u := range rows {
		out[u.ID] = u
	}
	return out, translate(err)
}

// CountUsers counts a pool's users, up to most; 0 is no bound.
func (p *Pool) CountUsers(ctx context.Context, most int) (int64, error) {
	q := p.s.db(ctx).Model(&provider.User{}).Where("pool = ?", p.ID)
	if most > 0 {
		q = p.s.db(ctx).Table("(?) as u", p.some(ctx, most))
	}
	var n int64
	err := q.Count(&n).Error
	return n, translate(err)
}

func (p *Pool) some(ctx context.Context, most int) *gorm.DB {
	return p.s.db(ctx).Model(&provider.User{}).Select("id").Where("pool = ?", p.ID).Order("created_at, id").Limit(most)
}

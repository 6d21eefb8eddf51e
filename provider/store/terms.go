package store

import (
	"context"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// termLength is how many characters of a value are searched. PostgreSQL bounds an
// entry of an index to a third of a page.
const termLength = 200

// userTerm is one thing that a user is found by. It follows from the user's row.
type userTerm struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	Attribute string `gorm:"primaryKey"`
	Value     string `gorm:"primaryKey"`
	UserID    string `gorm:"primaryKey;column:user_id"`
}

// TableName says whose terms they are.
func (userTerm) TableName() string { return "user_terms" }

// searchable are the attributes that users are searched by, the username among
// them.
func searchable() []string {
	return []string{"username", "email", "phone_number", "name", "given_name", "family_name", "preferred_username"}
}

// Fold makes one of what people take for the same text: compatibility form and full
// case folding. Databases never fold, since each does it differently.
func Fold(s string) string {
	// Folding may undo the normal form, so normalise again (Unicode 3.13, D146).
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

// term is the form in which a value is searched.
func term(value string) string {
	n := 0
	for i := range value {
		if n++; n > termLength {
			value = value[:i]
			break
		}
	}
	folded := []rune(Fold(value))
	return string(folded[:min(len(folded), termLength)])
}

// termsOf are what a user is found by, by attribute.
func termsOf(u *provider.User) map[string]string {
	out := map[string]string{}
	for _, name := range searchable() {
		value := u.Attributes[name]
		if name == "username" {
			value = u.Username
		}
		if value != "" {
			out[name] = term(value)
		}
	}
	return out
}

// writeTerms brings what a user is found by from before to now.
func (p *Pool) writeTerms(db *gorm.DB, user string, before, now map[string]string) error {
	var gone []string
	var fresh []userTerm
	for _, name := range searchable() {
		if before[name] == now[name] {
			continue
		}
		if before[name] != "" {
			gone = append(gone, name)
		}
		if now[name] != "" {
			fresh = append(fresh, userTerm{PoolID: p.ID, Attribute: name, Value: now[name], UserID: user})
		}
	}
	if len(gone) > 0 {
		// By user and not by value: an older binary may have left another one.
		err := db.Where("pool = ? and user_id = ? and attribute in ?", p.ID, user, gone).Delete(&userTerm{}).Error
		if err != nil {
			return translate(err)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return translate(db.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error)
}

// MendTerms looks at the pool's users with an id behind after, at most limit, and
// writes anew what they are found by wherever it does not follow from their rows:
// because an older binary wrote them. It answers the last id that it looked at, ""
// for none, and how many users it mended.
func (p *Pool) MendTerms(ctx context.Context, after string, limit int) (last string, mended int, err error) {
	var users []provider.User
	err = p.s.db(ctx).Select("id", "username", "attributes").Where("pool = ? and id > ?", p.ID, after).Order("id").Limit(limit).Find(&users).Error
	if err != nil || len(users) == 0 {
		return "", 0, translate(err)
	}
	last = users[len(users)-1].ID
	wrong, err := p.untrueTerms(p.s.db(ctx), users)
	if err != nil || len(wrong) == 0 {
		return last, 0, err
	}
	err = p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		// Read again under the lock that every change of a user takes.
		var users []provider.User
		err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Select("id", "username", "attributes").
			Where("pool = ? and id in ?", p.ID, wrong).Order("id").Find(&users).Error
		if err != nil || len(users) == 0 {
			return translate(err)
		}
		if err := db.Where("pool = ? and user_id in ?", p.ID, wrong).Delete(&userTerm{}).Error; err != nil {
			return translate(err)
		}
		var fresh []userTerm
		for i := range users {
			for name, value := range termsOf(&users[i]) {
				fresh = append(fresh, userTerm{PoolID: p.ID, Attribute: name, Value: value, UserID: users[i].ID})
			}
		}
		return translate(db.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&fresh, 500).Error)
	})
	return last, len(wrong), err
}

// untrueTerms are the ids of those users whose terms do not follow from their rows.
func (p *Pool) untrueTerms(db *gorm.DB, users []provider.User) ([]string, error) {
	ids := make([]string, len(users))
	for i := range users {
		ids[i] = users[i].ID
	}
	var rows []userTerm
	if err := db.Where("pool = ? and user_id in ?", p.ID, ids).Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	there := map[string][]userTerm{}
	for _, r := range rows {
		there[r.UserID] = append(there[r.UserID], r)
	}
	var wrong []string
	for i := range users {
		id, want := users[i].ID, termsOf(&users[i])
		follows := len(there[id]) == len(want)
		for _, r := range there[id] {
			follows = follows && want[r.Attribute] == r.Value
		}
		if !follows {
			wrong = append(wrong, id)
		}
	}
	return wrong, nil
}

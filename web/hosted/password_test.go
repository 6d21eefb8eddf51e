package hosted_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// The page says what is wrong with a password, and takes a good one.
func TestEachPasswordFaultHasItsOwnWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.tenant.Pool.Settings.PasswordPolicy = provider.PasswordPolicy{MinimumLength: 10, RequireSymbols: true}
		w.addUser("lindqvist", provider.UserForceChangePassword, rightPassword)
		v := w.visit().get("/login?authorization=" + w.authorization("app"))
		v.submit("username", "lindqvist", "password", rightPassword).want(303, "")
		v.get(v.to).want(200, "Choose a password of your own").want(200, "has at least 10 characters").want(200, "has a symbol").want(200, "js/strength.js")
		for password, words := range map[string]string{
			"short!":                    "Use at least 10 characters.",
			"withoutanyatall":           "no symbol",
			"Lindqvist-rides-on":        "contains your name or address",
			"!!football77":              "one of the first that guessers try",
			rightPassword:               "used this password before",
			strings.Repeat("long-", 60): "at most 256 characters",
		} {
			v.submit("new_password", password, "confirm_password", password).want(400, words).want(400, `aria-invalid="true"`)
		}
		v.submit("new_password", newPassword, "confirm_password", newPassword).want(303, callback)
	})
}

func TestPasswordThatIsTooOldIsChanged(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, days := config(t), atomic.Int64{}
			c.Now = func() time.Time { return time.Now().AddDate(0, 0, int(days.Load())) }
			st, err := store.Open(t.Context(), c)
			must(t, err)
			t.Cleanup(func() { st.Close() })
			w := open(t, st)
			w.tenant.Pool.Settings.PasswordPolicy = provider.PasswordPolicy{MaxAgeDays: 90, HistorySize: 5}
			days.Store(90)
			v := w.visit().signIn("app").want(303, "/login?authorization=")
			v.get(v.to).want(200, "Your password is too old to go on with").want(200, "is not one that you had before")
			v.submit("new_password", rightPassword, "confirm_password", rightPassword).want(400, "used this password before")
			v.submit("new_password", newPassword, "confirm_password", newPassword).want(303, callback)
		})
	}
}

// A name that nobody has is answered like a wrong password, also where the server has
// mail to mend an account by.
func TestNobodysNameWhereMailIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.people()
		for _, name := range []string{"mika", "nobody"} {
			v := w.visit().get("/login?authorization=" + w.authorization("app"))
			v.submit("username", name, "password", "not the right one").want(422, "do not belong together")
		}
	})
}

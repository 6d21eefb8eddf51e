package hosted_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// require makes the world's pool ask for more than before, as an operator does while
// people use it.
func (w *world) require(d *directory.Directory, name string) {
	w.t.Helper()
	yes := true
	_, err := d.ChangeAttribute(w.t.Context(), poolID, name, directory.AttributeChange{Required: &yes})
	must(w.t, err)
	p, err := w.st.Pool(poolID).Get(w.t.Context())
	must(w.t, err)
	*w.tenant.Pool = *p
}

func (w *world) schema(d *directory.Directory, f func(p *provider.Pool)) {
	w.t.Helper()
	must(w.t, d.ChangePool(w.t.Context(), poolID, func(p *provider.Pool) error {
		f(p)
		*w.tenant.Pool = *p
		return nil
	}))
}

func (w *world) attribute(d *directory.Directory, user, name string) string {
	w.t.Helper()
	u, err := d.FindUser(w.t.Context(), poolID, user)
	must(w.t, err)
	return u.Attributes[name]
}

// led follows redirects inside the pool to the page that they end on.
func (v *visitor) led(path string) *visitor {
	v.w.t.Helper()
	for v.status == http.StatusSeeOther && strings.HasPrefix(v.to, "/") {
		v.get(v.to)
	}
	if v.status != http.StatusOK || !strings.HasSuffix(v.answer.Request.URL.Path, path) {
		v.w.t.Fatalf("led to %s: %d, to %q", v.answer.Request.URL, v.status, v.to)
	}
	return v
}

// What a pool comes to require, whoever is there is asked for at their next sign-in,
// once, and goes on to the app after that.
func TestRequiredLaterIsAskedFor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		w.schema(d, func(p *provider.Pool) {
			low, high := "0", "40"
			p.Settings.Schema = []provider.Attribute{
				{Name: "bikes", Custom: true, Type: "Number", Mutable: true, MinValue: &low, MaxValue: &high},
				{Name: "helmet", Custom: true, Type: "Boolean", Mutable: true},
				{Name: "first_ride", Custom: true, Type: "DateTime", Mutable: true},
			}
		})
		w.visit().signIn("app").want(303, callback)

		for _, name := range []string{"given_name", "birthdate", "phone_number", "custom:bikes", "custom:helmet", "custom:first_ride"} {
			w.require(d, name)
		}
		v := w.visit().signIn("app").led("/profile").want(200, "A little more about you")
		page := v.answer.Request.URL.RequestURI()
		for _, want := range []string{
			`<label for="field-given_name">First name</label>`, `type="date"`, `type="tel"`, `autocomplete="tel"`,
			`<label for="field-custom-bikes">Bikes</label>`, `type="number"`, `min="0" max="40"`, "A whole number from 0 to 40",
			`<select class="input" id="field-custom-helmet"`, `type="datetime-local"`,
		} {
			if !strings.Contains(v.body, want) {
				t.Errorf("no %s on %s", want, v.body)
			}
		}
		good := []string{"attr.given_name", " Mika ", "attr.birthdate", "1990-02-28", "attr.phone_number", "+46 70 174 06 05",
			"attr.custom:bikes", "3", "attr.custom:helmet", "false", "attr.custom:first_ride", "2020-05-01T08:30"}
		bad := func(name, value, says string) {
			t.Helper()
			fields := append(append([]string{}, good...), "attr."+name, value)
			v.submit(fields...).want(400, says)
			if w.attribute(d, "mika", "given_name") != "" {
				t.Fatalf("%s was refused, and the rest written", name)
			}
		}
		bad("given_name", "", "Fill this in")
		bad("birthdate", "28.02.1990", "This is not a date.")
		bad("birthdate", "2190-02-28", "This day has not come yet.")
		bad("phone_number", "0701", "This is not a phone number")
		bad("custom:bikes", "41", "too small or too large")
		bad("custom:bikes", "many", "Enter a whole number")
		bad("custom:helmet", "maybe", "does not look right")
		bad("custom:first_ride", "yesterday", "This is not a date and time")
		bad("given_name", strings.Repeat("x", 2049), "at most 2048 characters")
		// Nothing else is taken: nobody vouches for their own address here.
		v.submit(append(append([]string{}, good...), "attr.phone_number_verified", "true", "attr.nickname", "Mi")...).want(303, callback+"?code=")
		for name, want := range map[string]string{
			"given_name": "Mika", "birthdate": "1990-02-28", "phone_number": "+46701740605", "phone_number_verified": "", "nickname": "",
			"custom:bikes": "3", "custom:helmet": "false", "custom:first_ride": "2020-05-01T08:30:00Z",
		} {
			if got := w.attribute(d, "mika", name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		v.get(page).want(410, "no longer valid")
		w.visit().signIn("app").want(303, callback)

		// Relaxed and retired, it is asked of nobody.
		w.require(d, "nickname")
		v = w.visit().signIn("app").led("/profile")
		page = v.answer.Request.URL.RequestURI()
		_, err := d.RetireAttribute(t.Context(), poolID, "nickname")
		must(t, err)
		p, err := w.st.Pool(poolID).Get(t.Context())
		must(t, err)
		*w.tenant.Pool = *p
		v.get(page).want(200, "Nothing is missing any more")
		v.submit().want(303, callback+"?code=")
	})
}

// The step stands on the attempt's own state: it is not skipped, and not answered
// before its turn.
func TestAttributesAreNotSkipped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		w.require(d, "given_name")
		v := w.visit()
		v.get("/login?authorization=" + w.authorization("app"))
		v.post("/profile", url.Values{"flow": {v.flow()}, "attr.given_name": {"Eve"}}).want(303, "/login")
		v.get(v.to).submit("username", "mika", "password", rightPassword).led("/profile")
		to := v.answer.Request.URL.RequestURI()
		v.get(strings.Replace(to, "/profile", "/login", 1)).want(303, "/profile?")
		v.get(to).post("/login", url.Values{"flow": {v.flow()}, "username": {"mika"}, "password": {rightPassword}})
		if strings.Contains(v.to, callback) {
			t.Fatal("the step was skipped")
		}
		if w.visit().get(to); w.attribute(d, "mika", "given_name") != "" {
			t.Error("written before its turn")
		}
		other := w.visit().get(to)
		if other.status == http.StatusOK {
			t.Error("another browser is shown the step")
		}
	})
}

// What a client may not write, it does not ask for.
func TestClientsAskForWhatTheyMayWrite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		c, err := d.Client(t.Context(), poolID, "legacy")
		must(t, err)
		s := c.Settings
		s.WriteAttributes = []string{"nickname"}
		must(t, w.st.Pool(poolID).ChangeClient(t.Context(), "legacy", func(c *provider.Client) error { c.Settings = s; return nil }))
		w.require(d, "given_name")
		w.visit().signIn("legacy").want(303, callback)
		w.visit().signIn("app").led("/profile")
		w.require(d, "nickname")
		v := w.visit().signIn("legacy").led("/profile").want(200, "field-nickname")
		if strings.Contains(v.body, "given_name") {
			t.Error("asks for what it may not write")
		}
	})
}

// A name that somebody else signs in by is refused at its field, and may not be
// tried without end.
func TestTakenNameAtTheStep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		w.schema(d, func(p *provider.Pool) { p.Settings.AliasAttrs = []string{"preferred_username"} })
		_, err := d.CreateUser(t.Context(), poolID, directory.NewUser{Username: "ann", Attributes: map[string]string{"preferred_username": "Racer"}, NoPassword: true})
		must(t, err)
		w.require(d, "preferred_username")
		v := w.visit().signIn("app").led("/profile").submit("attr.preferred_username", "RACER", "attr.given_name", "Mika")
		if v.status < 400 || !strings.Contains(v.body, "Another account uses this") || !strings.Contains(v.body, `aria-describedby="field-preferred_username-problem" aria-invalid="true"`) {
			t.Fatalf("%d %s", v.status, v.body)
		}
		for range 20 {
			v.submit("attr.preferred_username", "racer", "attr.given_name", "Mika")
		}
		v.want(429, "tried too often")
	})
}

// The form of sign-up follows the schema, whatever the type.
func TestSignUpFormFollowsTheSchema(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		w.schema(d, func(p *provider.Pool) {
			p.Settings.Schema = []provider.Attribute{
				{Name: "bikes", Custom: true, Type: "Number", Mutable: true, Required: true},
				{Name: "helmet", Custom: true, Type: "Boolean", Mutable: true, Required: true},
				{Name: "old", Custom: true, Type: "String", Mutable: true, Required: true, Retired: true},
			}
		})
		v := w.visit()
		v.get("/login?authorization="+w.authorization("app")).follow("Create an account").want(200, "field-custom-helmet")
		if strings.Contains(v.body, "custom:old") {
			t.Error("asks for what is retired")
		}
		base := []string{"username", "ann", "attr.email", "ann@example.com", "password", newPassword, "attr.custom:bikes", "2", "attr.custom:helmet", "true"}
		with := func(name, value string) []string { return append(append([]string{}, base...), name, value) }
		v.submit(with("attr.custom:helmet", "")...).want(400, "Fill this in")
		v.submit(with("attr.custom:bikes", "two")...).want(400, "Enter a whole number")
		v.submit(base...).want(303, "/confirm?")
		w.mail(d)
		if bikes, helmet := w.attribute(d, "ann", "custom:bikes"), w.attribute(d, "ann", "custom:helmet"); bikes != "2" || helmet != "true" {
			t.Errorf("%q %q", bikes, helmet)
		}
	})
}

// eachUpstreamOnly runs a test with an app that takes the pool's own users too, and one
// that takes an upstream's alone.
func eachUpstreamOnly(t *testing.T, test func(t *testing.T, f *federated, st *store.Store)) {
	t.Helper()
	for name, providers := range map[string][]string{"any": nil, "upstream only": {"Corp"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, st *store.Store) {
				f := serveFederated(t, st)
				c, err := f.people.ChangeClient(t.Context(), f.pool.ID, f.client.ID, func(c *provider.Client) error {
					c.Settings.IdentityProviders = providers
					return nil
				})
				must(t, err)
				f.client = c
				test(t, f, st)
			})
		})
	}
}

// What an upstream did not tell and the pool requires, the person is asked for.
func TestUpstreamDidNotTell(t *testing.T) {
	t.Parallel()
	eachUpstreamOnly(t, func(t *testing.T, f *federated, st *store.Store) {
		yes := true
		_, err := f.people.ChangeAttribute(t.Context(), f.pool.ID, "given_name", directory.AttributeChange{Required: &yes})
		must(t, err)
		p, err := st.Pool(f.pool.ID).Get(t.Context())
		must(t, err)
		*f.pool = *p
		v := f.visit()
		v.open(f.authorize(nil))
		if f.client.Settings.IdentityProviders == nil { // else the only way is taken at once
			v.press()
		}
		if !strings.HasSuffix(v.at.Path, "/profile") || !strings.Contains(v.body, "field-given_name") {
			t.Fatalf("%s %d %s", v.at, v.status, v.body)
		}
		action := regexp.MustCompile(`action="([^"]*)"`).FindStringSubmatch(v.body)[1]
		flow := regexp.MustCompile(`name="flow" value="([^"]*)"`).FindStringSubmatch(v.body)[1]
		r, err := http.NewRequest("POST", strings.TrimSuffix(f.url, "/"+f.pool.ID)+strings.ReplaceAll(action, "&amp;", "&"),
			strings.NewReader(url.Values{"flow": {flow}, "attr.given_name": {"Ann"}}.Encode()))
		must(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := v.http.Do(r)
		must(t, err)
		res.Body.Close()
		if to := res.Header.Get("Location"); !strings.HasPrefix(to, callback+"?code=") {
			t.Fatalf("%d %s", res.StatusCode, to)
		}
		again := f.visit()
		again.open(f.authorize(nil))
		if f.client.Settings.IdentityProviders == nil {
			again.press()
		}
		if !again.in() {
			t.Errorf("asked twice: %s", again.at)
		}
	})
}

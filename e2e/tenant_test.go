package e2e

import (
	"fmt"
	"maps"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/postoffice"
	"github.com/cognate-idp/cognate/e2e/server"
)

// withOffice makes a server send by a post office's mail server and text message
// provider.
func withOffice(o *postoffice.Office) func(*server.Options) {
	return func(opt *server.Options) {
		opt.Env = append(opt.Env,
			"COGNATE_SMTP_HOST="+o.SMTP.IP.String(), fmt.Sprintf("COGNATE_SMTP_PORT=%d", o.SMTP.Port), "COGNATE_SMTP_TLS=none",
			"COGNATE_SMTP_FROM=Northwind <no-reply@northwind.example>",
			"COGNATE_SMS_PROVIDER=twilio", "COGNATE_SMS_URL="+o.SMS, "COGNATE_SMS_ACCOUNT=AC1", "COGNATE_SMS_TOKEN=let-me-send", "COGNATE_SMS_FROM=+46701740600")
	}
}

// world is a server with a post office. Its tests make pools of their own.
type world struct {
	*server.Process
	office  *postoffice.Office
	browser *browser.Browser
	dsn     string // of its PostgreSQL database; empty for the embedded one
}

// eachWorld runs a test against a server with each kind of database, and a real
// browser.
func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	slow(t)
	b := openBrowser(t)
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			office := postoffice.Open(t)
			change, dsn := []func(*server.Options){withOffice(office)}, ""
			if database == "postgres" {
				dsn = newDatabase(t)
				change = append(change, onDatabase(dsn))
			}
			test(t, &world{start(t, change...), office, b, dsn})
		})
	}
}

// eachLook runs a test in a window with scripts and in one without.
func eachLook(t *testing.T, test func(t *testing.T, name string, look browser.Look)) {
	t.Helper()
	for name, look := range map[string]browser.Look{"scripts": {}, "plain": {NoScripts: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, name, look)
		})
	}
}

// tenant is one pool of a world, with an app.
type tenant struct {
	*world
	pool, client string
	authorize    string // asks for a sign-in, whoever is signed in
}

// tenant makes a pool with settings of CreateUserPool, and an app.
func (w *world) tenant(t *testing.T, settings map[string]any) *tenant {
	t.Helper()
	in := map[string]any{
		"PoolName": "Northwind", "TokenProfile": "standard", "AutoVerifiedAttributes": []string{"email"},
		"Policies": map[string]any{"PasswordPolicy": map[string]any{"MinimumLength": 8}},
	}
	maps.Copy(in, settings)
	made, _ := administer(t, w.Process, server.UserPools+"CreateUserPool", in)["UserPool"].(map[string]any)
	k := &tenant{world: w}
	k.pool, _ = made["Id"].(string)
	k.client = k.app(t, nil)
	k.authorize = k.address(k.client)
	return k
}

// app makes an app client with settings of CreateUserPoolClient.
func (k *tenant) app(t *testing.T, settings map[string]any) string {
	t.Helper()
	in := map[string]any{
		"UserPoolId": k.pool, "ClientName": "Route Planner", "AllowedOAuthFlowsUserPoolClient": true,
		"AllowedOAuthFlows": []string{"code"}, "AllowedOAuthScopes": []string{"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"},
		"CallbackURLs": []string{k.Dev.RedirectURI}, "SupportedIdentityProviders": []string{"COGNITO"},
	}
	maps.Copy(in, settings)
	made, _ := administer(t, k.Process, server.UserPools+"CreateUserPoolClient", in)["UserPoolClient"].(map[string]any)
	id, _ := made["ClientId"].(string)
	return id
}

// address is an authorization request of an app that wants a fresh sign-in.
func (k *tenant) address(client string) string {
	return k.Dev.BaseURL + "/" + k.pool + "/oauth2/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {client}, "scope": {"openid email"}, "state": {"s"}, "prompt": {"login"},
		"redirect_uri": {k.Dev.RedirectURI}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}.Encode()
}

// administer calls an operation on the pool, which must succeed.
func (k *tenant) administer(t *testing.T, operation string, input map[string]any) map[string]any {
	t.Helper()
	in := map[string]any{"UserPoolId": k.pool}
	maps.Copy(in, input)
	service := server.UserPools
	if own, ok := strings.CutPrefix(operation, server.Own); ok {
		service, operation = server.Own, own
	}
	return administer(t, k.Process, service+operation, in)
}

const firstPassword = "Quiet-harbour-42"

// user makes a confirmed user with a password. attributes are names and values.
func (k *tenant) user(t *testing.T, name string, attributes ...string) {
	t.Helper()
	list := []map[string]string{}
	for i := 0; i < len(attributes); i += 2 {
		list = append(list, map[string]string{"Name": attributes[i], "Value": attributes[i+1]})
	}
	k.administer(t, "AdminCreateUser", map[string]any{"Username": name, "MessageAction": "SUPPRESS", "UserAttributes": list})
	k.administer(t, "AdminSetUserPassword", map[string]any{"Username": name, "Password": firstPassword, "Permanent": true})
}

// signIn gives a name and a password on the page that an app leads to.
func (k *tenant) signIn(w *browser.Page, name, password string) {
	w.Goto(k.authorize)
	w.Fill("#identifier", name)
	w.Fill("#password", password)
	w.Click("#sign-in")
}

// signedIn is true of a page that was opened with a code for the app. The app's script
// may have taken the code out of the address by now.
const signedIn = "performance.getEntriesByType('navigation')[0].name.includes('code=')"

// in waits until the app has its code.
func in(w *browser.Page) { w.Await(signedIn) }

// quiet fails the test where the browser's console shows more than the answers that
// tell a person of a mistake.
func quiet(t *testing.T, p *browser.Page) {
	t.Helper()
	for _, problem := range p.Problems() {
		if !strings.Contains(problem, "status of 4") {
			t.Errorf("console: %s", problem)
		}
	}
}

// totp asks oathtool, which knows nothing of this project, for the code of a secret
// at a time.
func totp(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	secret = strings.ReplaceAll(secret, " ", "")
	out, err := exec.CommandContext(t.Context(), "oathtool", "--totp", "--base32", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC"), secret).CombinedOutput()
	if err != nil {
		if _, look := exec.LookPath("oathtool"); look != nil {
			lacking(t, look)
		}
		t.Fatalf("oathtool: %v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

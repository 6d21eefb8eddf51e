package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// A client with a secret proves itself in public calls, and nobody else can.
func TestSecretHash(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		made := w.must(userPools+"CreateUserPoolClient", m{"UserPoolId": pool, "ClientName": "server", "GenerateSecret": true})["UserPoolClient"].(map[string]any)
		id, value := made["ClientId"].(string), made["ClientSecret"].(string)
		hash := func(key, username string) string {
			h := hmac.New(sha256.New, []byte(key))
			h.Write([]byte(username + id))
			return base64.StdEncoding.EncodeToString(h.Sum(nil))
		}
		for name, c := range map[string]struct{ hash, want string }{
			"none":          {"", "NotAuthorizedException"},
			"another's":     {hash("other", "ann"), "NotAuthorizedException"},
			"for another":   {hash(value, "eve"), "NotAuthorizedException"},
			"no base64":     {"a+b", "NotAuthorizedException"},
			"the right one": {hash(value, "ann"), ""},
		} {
			in := m{"ClientId": id, "Username": "ann", "Password": "12-Numbers-Here"}
			if c.hash != "" {
				in["SecretHash"] = c.hash
			}
			body, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			if a := w.send(w.request(userPools+"SignUp", body)); a.kind() != c.want {
				t.Errorf("%s: %s, want %q", name, a.raw, c.want)
			}
		}
	})
}

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

// scoped is a credential of the identity pool.
type scoped struct {
	identity string // the identity's id
	token    string
	base     string // of the server that it is for
	pool     string
}

// credential signs the demo's user in and trades the ID token (RFC 8693).
func credential(t *testing.T, p *server.Process) scoped {
	t.Helper()
	v := alice(p)
	tokens, err := v.SignIn(t.Context(), flow(t, p, p.Dev.Clients.Public))
	if err != nil {
		t.Fatal(err)
	}
	return exchange(t, p, tokens.ID)
}

// exchange trades an ID token at the identity pool's token endpoint.
func exchange(t *testing.T, p *server.Process, idToken string) scoped {
	t.Helper()
	endpoint := discover(t, p.Dev.BaseURL+"/identity/"+p.Dev.IdentityPoolID).Token
	got, err := visitor.New(nil, "", "").Redeem(t.Context(), endpoint, url.Values{
		"grant_type": {tokenExchange}, "subject_token": {idToken},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"},
	}, visitor.Client{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Issued != "urn:ietf:params:oauth:token-type:access_token" || !strings.EqualFold(got.Type, "Bearer") || got.ExpiresIn <= 0 {
		t.Errorf("exchange answered %+v", got)
	}
	if !strings.HasPrefix(got.Identity, "us-east-1:") {
		t.Fatalf("the identity is %q", got.Identity)
	}
	return scoped{identity: got.Identity, token: got.Access, base: p.URL, pool: p.Dev.IdentityPoolID}
}

// claimsOf reads a JWT's claims without verifying it.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %s", token)
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(b, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// record is one key of a dataset on the wire.
type record struct {
	Key       string `json:"Key"`
	Value     string `json:"Value"`
	SyncCount int64  `json:"SyncCount"`
}

type patch struct {
	Op        string `json:"Op"`
	Key       string `json:"Key"`
	Value     string `json:"Value,omitempty"`
	SyncCount int64  `json:"SyncCount"`
}

type listing struct {
	Records          []record `json:"Records"`
	DatasetSyncCount int64    `json:"DatasetSyncCount"`
	SyncSessionToken string   `json:"SyncSessionToken"`
}

// datasetURL is the path of Cognito Sync, ids encoded as the SDKs do.
func (c scoped) datasetURL(dataset string) string {
	id := func(s string) string { return strings.ReplaceAll(url.PathEscape(s), ":", "%3A") }
	return fmt.Sprintf("%s/identitypools/%s/identities/%s/datasets/%s", c.base, id(c.pool), id(c.identity), url.PathEscape(dataset))
}

// statusError is an answer that is no success, as against no answer at all.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("list records: status %d", int(e)) }

func (c scoped) list(client *http.Client, dataset string) (listing, error) {
	var l listing
	status, err := c.call(client, http.MethodGet, c.datasetURL(dataset)+"/records", nil, &l)
	if err == nil && status != http.StatusOK {
		err = statusError(status)
	}
	return l, err
}

// update writes a batch and returns the answer's status; sending it again after
// a lost answer is safe, since the counts no longer match.
func (c scoped) update(client *http.Client, dataset, session string, patches ...patch) (int, error) {
	return c.call(client, http.MethodPost, c.datasetURL(dataset), map[string]any{"SyncSessionToken": session, "RecordPatches": patches}, nil)
}

func (c scoped) call(client *http.Client, method, address string, body, into any) (int, error) {
	var reader io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		reader = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, address, reader)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	if into != nil && answer.StatusCode == http.StatusOK {
		return answer.StatusCode, json.Unmarshal(b, into)
	}
	return answer.StatusCode, nil
}

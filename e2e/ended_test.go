package e2e

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
)

// TestOperatorsEndCredentials ends a user's sign-in in each way that an operator
// has, while a credential that it was traded for is in use at the sync door.
func TestOperatorsEndCredentials(t *testing.T) {
	each(t, func(t *testing.T, p *server.Process) {
		user := map[string]any{"UserPoolId": p.Dev.UserPoolID, "Username": p.Dev.Users[0].Username}
		password := maps.Clone(user)
		password["Password"], password["Permanent"] = p.Dev.Users[0].Password, true
		client := &http.Client{}
		for _, end := range []struct {
			operation string
			input     map[string]any
			after     string // operation that lets the user in again
		}{
			{"AdminUserGlobalSignOut", user, ""},
			{"AdminSetUserPassword", password, ""},
			{"AdminDisableUser", user, "AdminEnableUser"},
		} {
			c := credential(t, p)
			l, err := c.list(client, "notes")
			if err != nil {
				t.Fatal(err)
			}
			stream := c.stream(t)
			administer(t, p, server.UserPools+end.operation, end.input)
			if status, err := c.call(client, http.MethodGet, c.datasetURL("notes")+"/records", nil, nil); err != nil || status != http.StatusUnauthorized {
				t.Errorf("%s: reading answers %d, %v", end.operation, status, err)
			}
			status, err := c.update(client, "notes", l.SyncSessionToken, patch{Op: "replace", Key: end.operation, Value: "late"})
			if err != nil || status != http.StatusUnauthorized {
				t.Errorf("%s: writing answers %d, %v", end.operation, status, err)
			}
			if _, err := io.Copy(io.Discard, stream); err != nil {
				t.Errorf("%s: the stream ends with %v", end.operation, err)
			}
			if end.after != "" {
				administer(t, p, server.UserPools+end.after, user)
			}
			again := credential(t, p)
			if again.identity != c.identity {
				t.Errorf("%s: another identity after it", end.operation)
			}
			if _, err := again.list(client, "notes"); err != nil {
				t.Errorf("%s: the credential that was issued after it: %v", end.operation, err)
			}
			if _, err := c.list(client, "notes"); err == nil {
				t.Errorf("%s: the old credential lives again with the new", end.operation)
			}
		}
	})
}

// stream opens the identity's stream; the server ends it, or the test.
func (c scoped) stream(t *testing.T) io.Reader {
	t.Helper()
	address := strings.TrimSuffix(c.datasetURL("x"), "/datasets/x") + "/stream"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("stream: status %d", answer.StatusCode)
	}
	return answer.Body
}

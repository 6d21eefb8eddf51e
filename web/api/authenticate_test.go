package api_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestWhoCalls(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	target, body := userPools+"ListUserPools", []byte(`{"MaxResults":10}`)
	signed := func(c aws.Credentials) *http.Request {
		r := w.request(target, body)
		w.sign(r, body, c)
		return r
	}
	bearer := func(token string) *http.Request {
		r := w.request(target, body)
		r.Header.Set("Authorization", "Bearer "+token)
		return r
	}
	stale := func() *http.Request {
		w.now = func() time.Time { return time.Now().Add(-time.Hour) }
		defer func() { w.now = time.Now }()
		return signed(w.owner)
	}
	tampered := signed(w.owner)
	tampered.Body = http.NoBody
	tampered.ContentLength = 0
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"signed":              {signed(w.owner), ""},
		"bearer":              {bearer(bearerOwner), ""},
		"nobody":              {w.request(target, body), "MissingAuthenticationTokenException"},
		"other bearer":        {bearer("x"), "NotAuthorizedException"},
		"unknown key":         {signed(aws.Credentials{AccessKeyID: "AKIAAAAAAAAAAAAAAAAA", SecretAccessKey: "x"}), "UnrecognizedClientException"},
		"wrong secret":        {signed(aws.Credentials{AccessKeyID: w.owner.AccessKeyID, SecretAccessKey: "x"}), "InvalidSignatureException"},
		"old signature":       {stale(), "InvalidSignatureException"},
		"another body":        {tampered, "InvalidSignatureException"},
		"a temporary key":     {signed(aws.Credentials{AccessKeyID: w.owner.AccessKeyID, SecretAccessKey: w.owner.SecretAccessKey, SessionToken: "x"}), "UnrecognizedClientException"},
		"unknown operation":   {w.request(userPools+"Nothing", body), "UnknownOperationException"},
		"no operation":        {w.request("", body), "UnknownOperationException"},
		"another's operation": {w.request("DynamoDB_20120810.GetItem", body), "UnknownOperationException"},
	} {
		a := w.send(c.r)
		if a.kind() != c.want || (c.want == "") != (a.Status == http.StatusOK) || (c.want != "" && a.Status != http.StatusBadRequest) {
			t.Errorf("%s: %d %s, want %q", name, a.Status, a.raw, c.want)
		}
		if a.Header.Get("X-Amzn-Errortype") != c.want || a.Header.Get("X-Amzn-Requestid") == "" || a.Header.Get("Date") == "" {
			t.Errorf("%s: headers %v", name, a.Header)
		}
	}
}

func TestAnOperatorWithoutAccess(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	c := w.operator("ann", provider.RoleAdmin, directory.Everywhere)
	in := m{"MaxResults": 10}
	if a := w.call(c, userPools+"ListUserPools", in); a.Status != http.StatusOK {
		t.Fatal(a.raw)
	}
	p, err := w.directory.OperatorsPool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.directory.SetEnabled(t.Context(), p.ID, "ann", false); err != nil {
		t.Fatal(err)
	}
	if a := w.call(c, userPools+"ListUserPools", in); a.kind() != "UnrecognizedClientException" {
		t.Errorf("disabled: %s", a.raw)
	}
	if err := w.directory.SetEnabled(t.Context(), p.ID, "ann", true); err != nil {
		t.Fatal(err)
	}
	if err := w.directory.Revoke(t.Context(), "ann", directory.Everywhere); err != nil {
		t.Fatal(err)
	}
	if a := w.call(c, userPools+"ListUserPools", in); a.Status != http.StatusBadRequest {
		t.Errorf("without a role: %s", a.raw)
	}
}

// Nobody may become an owner by way of the operators' own accounts.
func TestOperatorsAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	p, err := w.directory.OperatorsPool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	admin := w.operator("admin", provider.RoleAdmin, directory.Everywhere)
	local := w.operator("local", provider.RoleOwner, p.ID)
	password := m{"UserPoolId": p.ID, "Username": "owner", "Password": "NowItIsMine1!", "Permanent": true}
	for target, in := range map[string]m{
		userPools + "AdminSetUserPassword": password,
		own + "AdminSetUserPasswordHash":   {"UserPoolId": p.ID, "Username": "owner", "PasswordHash": "$2b$05$5mVsUj2zZW1xpv1VwWBzEe6jX1lF0WA3UoaXBvekGKtlpD1UkuQty"},
		userPools + "AdminDisableUser":     {"UserPoolId": p.ID, "Username": "owner"},
		userPools + "AdminCreateUser":      {"UserPoolId": p.ID, "Username": "eve"},
		own + "GrantOperatorRole":          {"Username": "admin", "Role": "owner"},
		own + "CreateAccessKey":            {"Username": "owner"},
	} {
		if a := w.call(admin, target, in); a.kind() != "AccessDeniedException" {
			t.Errorf("admin, %s: %s", target, a.raw)
		}
	}
	if a := w.call(local, userPools+"AdminSetUserPassword", password); a.kind() != "AccessDeniedException" {
		t.Errorf("an owner of the operators' pool alone: %s", a.raw)
	}
	if a := w.call(local, own+"GrantOperatorRole", m{"Username": "local", "Role": "owner"}); a.kind() != "AccessDeniedException" {
		t.Errorf("an owner of one pool: %s", a.raw)
	}
	denied, err := w.store.Events(t.Context(), "-", "", "", 100)
	if err != nil || len(denied) == 0 || denied[0].Outcome != "denied" || denied[0].ActorID == "" {
		t.Errorf("refusals are not in the trail: %+v %v", denied, err)
	}
	if a := w.call(admin, own+"CreateAccessKey", m{}); a.Status != http.StatusOK {
		t.Errorf("an access key of one's own: %s", a.raw)
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, w.server.URL+"/", bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	a := w.send(r)
	if a.Status != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", a.Status, a.Header)
	}
}

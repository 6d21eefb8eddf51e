package secret_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/secret"
)

func TestIdentifiersHaveCognitosForms(t *testing.T) {
	t.Parallel()
	forms := map[string]func() string{
		`^us-east-1_[0-9A-Za-z]{9}$`: func() string { return secret.UserPoolID("us-east-1") },
		`^[0-9a-z]{26}$`:             secret.ClientID,
		`^[0-9a-z]{51}$`:             secret.ClientSecret,
		`^[0-9A-Za-z_-]{43}$`:        secret.Token,
	}
	for form, make := range forms {
		seen := map[string]bool{}
		for range 50 {
			id := make()
			if !regexp.MustCompile(form).MatchString(id) {
				t.Fatalf("%q is not %s", id, form)
			}
			seen[id] = true
		}
		if len(seen) < 45 {
			t.Errorf("%s: only %d of 50 differ", form, len(seen))
		}
	}
}

func TestTemporaryPasswordFitsEveryPolicy(t *testing.T) {
	t.Parallel()
	for range 200 {
		p := secret.Password(0)
		if len(p) != 12 || !strings.ContainsAny(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ||
			!strings.ContainsAny(p, "abcdefghijklmnopqrstuvwxyz") ||
			!strings.ContainsAny(p, "0123456789") || !strings.ContainsAny(p, "!#$%*+-=?@_") {
			t.Fatalf("%q lacks a class", p)
		}
	}
	if p := secret.Password(20); len(p) != 20 {
		t.Errorf("%q has %d characters", p, len(p))
	}
}

func TestHashesOfRandomSecrets(t *testing.T) {
	t.Parallel()
	token := secret.Token()
	if !secret.EqualHash(secret.Hash(token), token) || secret.EqualHash(secret.Hash(token), token+"x") {
		t.Error("a token is not known by its hash")
	}
	if secret.EqualHash(nil, "") || secret.EqualHash(secret.Hash(""), "") || secret.Equal(nil, nil) {
		t.Error("nothing equals nothing")
	}
	key := secret.Bytes(32)
	if bytes.Equal(secret.MAC(key, "ab", "c"), secret.MAC(key, "a", "bc")) {
		t.Error("the parts of a MAC run together")
	}
	if bytes.Equal(secret.MAC(key, "a"), secret.MAC(secret.Bytes(32), "a")) {
		t.Error("a MAC does not depend on its key")
	}
}
